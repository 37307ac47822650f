#pragma once

#include <cstddef>
#include <cstdint>

#include "backends/onednn/narrow_matrix.h"

// Products with a NarrowMatrix. The bits of a row depend on that row and the matrix alone: bf16 adds the products of a
// sum up one after another with fused multiply-adds, int8 adds integers.

namespace weft::onednn {

/// How the loops are written: for any processor, or for AVX-512 (int8: with VNNI). Both give the same bits.
enum class NarrowLoops { portable, avx512 };
/// What this processor runs best.
NarrowLoops best_narrow_loops(NarrowWeights weights);

/// Bytes of working memory, aligned to a cache line, for x [m, k].
std::size_t narrow_scratch_bytes(const NarrowMatrix& matrix, std::int64_t m);

/// y [m, n] = x [m, k] times the matrix [k, n], which must be fresh, plus bias [n] (nullptr: none).
void run_narrow_product(const float* x, const NarrowMatrix& matrix, const float* bias, float* y, std::int64_t m,
                        void* scratch, NarrowLoops loops);

}  // namespace weft::onednn

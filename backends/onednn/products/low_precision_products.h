#pragma once

#include <cstddef>
#include <cstdint>

#include "backends/onednn/products/low_precision_matrix.h"

// Products with a LowPrecisionMatrix. The bits of a row depend on that row and the matrix alone: bf16 adds the products of a
// sum up one after another with fused multiply-adds, int8 adds integers.

namespace weft::onednn {

/// How the loops are written: for any processor, or for AVX-512 (int8: with VNNI). Both give the same bits.
enum class LowPrecisionLoops { portable, avx512 };
/// What this processor runs best.
LowPrecisionLoops best_low_precision_loops(WeightPrecision weights);

/// Bytes of working memory, aligned to a cache line, for x [m, k].
std::size_t low_precision_scratch_bytes(const LowPrecisionMatrix& matrix, std::int64_t m);

/// y [m, n] = x [m, k] times the matrix [k, n], which must be fresh, plus bias [n] (nullptr: none).
void run_low_precision_product(const float* x, const LowPrecisionMatrix& matrix, const float* bias, float* y,
                               std::int64_t m, void* scratch, LowPrecisionLoops loops);

}  // namespace weft::onednn

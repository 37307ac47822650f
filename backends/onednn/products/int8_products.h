#pragma once

#include <cstddef>
#include <cstdint>

#include "backends/onednn/products/int8_matrix.h"

// Products with an Int8Matrix. They add integers: the bits of a row depend on that row and the matrix alone.

namespace weft::onednn {

/// How the loops are written: for any processor, or for AVX-512 with VNNI. Both give the same bits.
enum class Int8Loops { portable, avx512_vnni };
/// What this processor runs best.
Int8Loops best_int8_loops();

/// Bytes of working memory, aligned to a cache line, for x [m, k].
std::size_t int8_scratch_bytes(const Int8Matrix& matrix, std::int64_t m);

/// y [m, n] = x [m, k] times the matrix [k, n], which must be fresh, plus bias [n] (nullptr: none).
void run_int8_product(const float* x, const Int8Matrix& matrix, const float* bias, float* y, std::int64_t m,
                      void* scratch, Int8Loops loops);

}  // namespace weft::onednn

#include "backends/onednn/loops/tile_product.h"

#include <cmath>

#include "backends/onednn/loops/vectorise.h"

// A block of up to 8 x 32 sums stays in registers while k passes by: 16 of AVX-512's 32 registers. On AVX2 it does not
// fit and still is the fastest but for a tenth.

namespace weft::onednn {
namespace {

constexpr std::int64_t wide = 32;
constexpr std::int64_t narrow = 16;

template <std::int64_t rows, std::int64_t columns>
WEFT_INLINE void tile_block(const TileProduct& p, std::int64_t row, const float* b, std::int64_t b_row, float* c,
                            std::int64_t c_row, std::int64_t first, std::int64_t last, bool onto) {
  float sums[rows][columns];
  for (std::int64_t r = 0; r < rows; ++r) {
#pragma omp simd
    for (std::int64_t j = 0; j < columns; ++j) sums[r][j] = onto ? c[r * c_row + j] : 0.0F;
  }
  for (std::int64_t k = first; k < last; ++k) {
    const float* a = p.a + row * p.a_row + k * p.a_step;
    const float* of_k = b + (k - first) * b_row;
#pragma GCC unroll 8
    for (std::int64_t r = 0; r < rows; ++r) {
      const float x = a[r * p.a_row];
#pragma omp simd
      for (std::int64_t j = 0; j < columns; ++j) sums[r][j] = std::fma(x, of_k[j], sums[r][j]);
    }
  }
  for (std::int64_t r = 0; r < rows; ++r) {
#pragma omp simd
    for (std::int64_t j = 0; j < columns; ++j) c[r * c_row + j] = sums[r][j];
  }
}

/// All rows of `columns` columns, by the terms [first, last); b and c begin at the first of them.
template <std::int64_t columns>
WEFT_INLINE void tile_strip(const TileProduct& p, const float* b, std::int64_t b_row, float* c, std::int64_t c_row,
                            std::int64_t first, std::int64_t last, bool onto) {
  std::int64_t row = 0;
  for (; row + 8 <= p.rows; row += 8)
    tile_block<8, columns>(p, row, b, b_row, c + row * c_row, c_row, first, last, onto);
  for (; row + 4 <= p.rows; row += 4)
    tile_block<4, columns>(p, row, b, b_row, c + row * c_row, c_row, first, last, onto);
  for (; row < p.rows; ++row) tile_block<1, columns>(p, row, b, b_row, c + row * c_row, c_row, first, last, onto);
}

/// The last columns, fewer than a vector: in copies that are as wide as one.
WEFT_INLINE void last_columns(const TileProduct& p, std::int64_t column, bool onto) {
  constexpr std::int64_t most_terms = 64;
  const std::int64_t width = p.columns - column;
  float b[most_terms * narrow] = {};
  float c[most_tile_rows * narrow] = {};
  for (std::int64_t row = 0; onto && row < p.rows; ++row)
    std::copy_n(p.c + row * p.c_row + column, width, c + row * narrow);
  for (std::int64_t first = 0; first < p.depth; first += most_terms) {
    const std::int64_t last = std::min(p.depth, first + most_terms);
    for (std::int64_t k = first; k < last; ++k)
      std::copy_n(p.b + k * p.b_row + column, width, b + (k - first) * narrow);
    tile_strip<narrow>(p, b, narrow, c, narrow, first, last, true);
  }
  for (std::int64_t row = 0; row < p.rows; ++row) std::copy_n(c + row * narrow, width, p.c + row * p.c_row + column);
}

WEFT_VECTORISED void product(const TileProduct& p, bool onto) {
  std::int64_t column = 0;
  for (; column + wide <= p.columns; column += wide)
    tile_strip<wide>(p, p.b + column, p.b_row, p.c + column, p.c_row, 0, p.depth, onto);
  if (column + narrow <= p.columns) {
    tile_strip<narrow>(p, p.b + column, p.b_row, p.c + column, p.c_row, 0, p.depth, onto);
    column += narrow;
  }
  if (column < p.columns) last_columns(p, column, onto);
}

}  // namespace

void tile_product(const TileProduct& p, bool onto) { product(p, onto); }

}  // namespace weft::onednn

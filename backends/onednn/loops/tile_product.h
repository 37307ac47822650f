#pragma once

#include <cstdint>

namespace weft::onednn {

/// Rows that a tile's product may have at most.
inline constexpr std::int64_t most_tile_rows = 64;

/// A product of matrices so small that they stay in cache, for kernels that make a large one tile by tile.
struct TileProduct {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t depth;
  const float* a;  ///< element (row, k) is a[row * a_row + k * a_step]
  std::int64_t a_row;
  std::int64_t a_step;
  const float* b;  ///< element (k, column) is b[k * b_row + column]
  std::int64_t b_row;
  float* c;  ///< element (row, column) is c[row * c_row + column]
  std::int64_t c_row;
};

/// c = a b; or c += a b, `onto` what is there. On the calling thread alone. An element is summed in the order of k,
/// whatever the other elements are.
void tile_product(const TileProduct& product, bool onto);

}  // namespace weft::onednn

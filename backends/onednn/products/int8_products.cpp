#include "backends/onednn/products/int8_products.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "backends/onednn/parallel.h"
#include "backends/onednn/products/quantise.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define WEFT_HAS_AVX512_LOOPS 1
#endif

// A tile is up to six rows by a panel of 64 columns: its 24 vectors of sums stay in AVX-512's 32 registers while the
// panel, from the second-level cache, and the rows, from the first, pass by. Threads share out the panels. For one row
// that reads every byte of the matrix once, in order; more rows use what was read six times.

namespace weft::onednn {
namespace {

constexpr std::int64_t int8_panel_columns = Int8Matrix::panel_columns;
constexpr std::int64_t group_rows = Int8Matrix::group_rows;
constexpr std::int64_t int8_tile_rows = 6;
/// The multiplications that take as long as moving an element, for the choice of threads.
constexpr std::int64_t int8_products_per_element = 16;

/// Some rows of x by one panel.
struct Int8Tile {
  const std::uint8_t* x;  ///< integers plus 128
  const float* x_steps;   ///< of each row
  const std::int8_t* panel;
  const float* steps;
  const std::int32_t* corrections;
  const float* bias;
  float* y;
  std::int64_t padded_k;
  std::int64_t n;
  std::int64_t columns;
};

// ---- From a row's sums to what is asked for

WEFT_VECTORISED void finish_row(const Int8Tile& tile, const std::int32_t* sums, std::int64_t row) {
  const float x_step = tile.x_steps[row];
  const float* steps = tile.steps;
  float* y = tile.y + row * tile.n;
  if (tile.bias == nullptr) {
#pragma omp simd
    for (std::int64_t i = 0; i < tile.columns; ++i) y[i] = static_cast<float>(sums[i]) * (x_step * steps[i]);
    return;
  }
  const float* bias = tile.bias;
#pragma omp simd
  for (std::int64_t i = 0; i < tile.columns; ++i)
    y[i] = std::fma(static_cast<float>(sums[i]), x_step * steps[i], bias[i]);
}

// ---- For any processor

WEFT_VECTORISED void int8_row(const Int8Tile& tile, std::int64_t row) {
  std::int32_t sums[int8_panel_columns];
  std::copy_n(tile.corrections, int8_panel_columns, sums);
  const std::uint8_t* x = tile.x + row * tile.padded_k;
  for (std::int64_t k = 0; k < tile.padded_k; k += group_rows) {
    const std::int8_t* group = tile.panel + k * int8_panel_columns;
#pragma omp simd
    for (std::int64_t i = 0; i < int8_panel_columns; ++i)
      sums[i] +=
          x[k] * group[4 * i] + x[k + 1] * group[4 * i + 1] + x[k + 2] * group[4 * i + 2] + x[k + 3] * group[4 * i + 3];
  }
  finish_row(tile, sums, row);
}

void portable_tile(const Int8Tile& tile, std::int64_t rows) {
  for (std::int64_t row = 0; row < rows; ++row) int8_row(tile, row);
}

// ---- For AVX-512

#ifdef WEFT_HAS_AVX512_LOOPS

#define WEFT_AVX512_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")))

constexpr std::int64_t vectors = int8_panel_columns / 16;

/// Loops over a tile's sums are unrolled whole: only then are the sums in registers. For the same reason they are
/// stored before anything else is done with them.
#define WEFT_UNROLLED _Pragma("GCC unroll 24")

/// sums [rows, panel columns] = a tile's products.
template <std::int64_t rows>
WEFT_AVX512_VNNI void add_products(const Int8Tile& tile, std::int32_t* stored) {
  __m512i sums[rows * vectors];
  WEFT_UNROLLED
  for (std::int64_t i = 0; i < rows * vectors; ++i) sums[i] = _mm512_loadu_si512(tile.corrections + 16 * (i % vectors));
  for (std::int64_t k = 0; k < tile.padded_k; k += group_rows) {
    __m512i panel[vectors];
    WEFT_UNROLLED
    for (std::int64_t vector = 0; vector < vectors; ++vector)
      panel[vector] = _mm512_loadu_si512(tile.panel + k * int8_panel_columns + 64 * vector);
    WEFT_UNROLLED
    for (std::int64_t i = 0; i < rows * vectors; ++i) {
      std::int32_t group = 0;
      std::memcpy(&group, tile.x + i / vectors * tile.padded_k + k, sizeof(group));
      sums[i] = _mm512_dpbusd_epi32(sums[i], _mm512_set1_epi32(group), panel[i % vectors]);
    }
  }
  WEFT_UNROLLED
  for (std::int64_t i = 0; i < rows * vectors; ++i) _mm512_store_si512(stored + 16 * i, sums[i]);
}

void avx512_tile(const Int8Tile& tile, std::int64_t rows) {
  using AddProducts = void(const Int8Tile&, std::int32_t*);
  static constexpr std::array<AddProducts*, int8_tile_rows> add{add_products<1>, add_products<2>, add_products<3>,
                                                                add_products<4>, add_products<5>, add_products<6>};
  alignas(64) std::int32_t sums[int8_tile_rows * int8_panel_columns];
  add[static_cast<std::size_t>(rows - 1)](tile, sums);
  for (std::int64_t row = 0; row < rows; ++row) finish_row(tile, sums + row * int8_panel_columns, row);
}

#else

void avx512_tile(const Int8Tile& tile, std::int64_t rows) { portable_tile(tile, rows); }

#endif

// ---- Rows of 8-bit integers

WEFT_VECTORISED float quantise_row(const float* x, std::uint8_t* integers, std::int64_t count) {
  const Quantisation quantisation(
      reduce_lanes(count, 0.0F, Max{}, [x](std::int64_t i) WEFT_INLINE_LAMBDA { return std::fabs(x[i]); }));
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) integers[i] = static_cast<std::uint8_t>(quantisation.integer(x[i]) + 128);
  return quantisation.step;
}

/// Each row's step, in the working memory before the integers.
std::int64_t step_bytes(std::int64_t m) { return (4 * m + 63) / 64 * 64; }

}  // namespace

Int8Loops best_int8_loops() {
#ifdef WEFT_HAS_AVX512_LOOPS
  static const bool has_instructions =
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
      __builtin_cpu_supports("avx512vnni") != 0;
  if (has_instructions) return Int8Loops::avx512_vnni;
#endif
  return Int8Loops::portable;
}

std::size_t int8_scratch_bytes(const Int8Matrix& matrix, std::int64_t m) {
  return static_cast<std::size_t>(step_bytes(m) + m * matrix.padded_rows());
}

void run_int8_product(const float* x, const Int8Matrix& matrix, const float* bias, float* y, std::int64_t m,
                      void* scratch, Int8Loops loops) {
  const std::int64_t k = matrix.rows();
  const std::int64_t n = matrix.columns();
  const std::int64_t padded_k = matrix.padded_rows();
  auto* x_steps = static_cast<float*>(scratch);
  auto* integers = static_cast<std::uint8_t*>(scratch) + step_bytes(m);
  parallel_for(m, k, [&](Range rows) {
    for (std::int64_t row = rows.first; row < rows.last; ++row) {
      std::uint8_t* of_row = integers + row * padded_k;
      x_steps[row] = quantise_row(x + row * k, of_row, k);
      std::fill(of_row + k, of_row + padded_k, std::uint8_t{128});
    }
  });
  const auto run_tile = [&](std::int64_t row, std::int64_t panel) {
    const std::int64_t column = panel * int8_panel_columns;
    const Int8Tile tile{.x = integers + row * padded_k,
                        .x_steps = x_steps + row,
                        .panel = matrix.panel(panel),
                        .steps = matrix.steps() + column,
                        .corrections = matrix.corrections() + column,
                        .bias = bias == nullptr ? nullptr : bias + column,
                        .y = y + row * n + column,
                        .padded_k = padded_k,
                        .n = n,
                        .columns = std::min(int8_panel_columns, n - column)};
    const std::int64_t rows = std::min(int8_tile_rows, m - row);
    loops == Int8Loops::avx512_vnni ? avx512_tile(tile, rows) : portable_tile(tile, rows);
  };
  const std::int64_t work = std::max<std::int64_t>(1, m * k * int8_panel_columns / int8_products_per_element);
  parallel_for(matrix.panels(), work, [&](Range panels) {
    for (std::int64_t panel = panels.first; panel < panels.last; ++panel)
      for (std::int64_t row = 0; row < m; row += int8_tile_rows) run_tile(row, panel);
  });
}

}  // namespace weft::onednn

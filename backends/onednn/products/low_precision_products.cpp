#include "backends/onednn/products/low_precision_products.h"

#include <algorithm>
#include <array>
#include <bit>
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

constexpr std::int64_t panel_columns = LowPrecisionMatrix::panel_columns;
constexpr std::int64_t group_rows = LowPrecisionMatrix::group_rows;
constexpr std::int64_t tile_rows = 6;
/// The multiplications that take as long as moving an element, for the choice of threads.
constexpr std::int64_t products_per_element = 16;

/// Some rows of x by one panel.
struct Bf16Tile {
  const float* x;
  const std::uint32_t* panel;
  const float* bias;  ///< of the panel's first column; nullptr: none
  float* y;
  std::int64_t k;
  std::int64_t n;        ///< between rows of y
  std::int64_t columns;  ///< of the panel that are y's
};

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

WEFT_VECTORISED void finish_row(const Bf16Tile& tile, const float* sums, std::int64_t row) {
  float* y = tile.y + row * tile.n;
  if (tile.bias == nullptr) {
    std::copy_n(sums, tile.columns, y);
    return;
  }
#pragma omp simd
  for (std::int64_t i = 0; i < tile.columns; ++i) y[i] = sums[i] + tile.bias[i];
}

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

WEFT_VECTORISED void bf16_row(const Bf16Tile& tile, std::int64_t row) {
  float sums[panel_columns] = {};
  const float* x = tile.x + row * tile.k;
  for (std::int64_t k = 0; k < tile.k; ++k)
    for (std::int64_t half = 0; half < 2; ++half) {
      const std::uint32_t* words = tile.panel + k * 32 + half * 16;
      float* of_half = sums + half * 32;
#pragma omp simd
      for (std::int64_t i = 0; i < 16; ++i) {
        of_half[i] = std::fma(x[k], std::bit_cast<float>(words[i] << 16), of_half[i]);
        of_half[16 + i] = std::fma(x[k], std::bit_cast<float>(words[i] & 0xffff0000U), of_half[16 + i]);
      }
    }
  finish_row(tile, sums, row);
}

void portable_tile(const Bf16Tile& tile, std::int64_t rows) {
  for (std::int64_t row = 0; row < rows; ++row) bf16_row(tile, row);
}

WEFT_VECTORISED void int8_row(const Int8Tile& tile, std::int64_t row) {
  std::int32_t sums[panel_columns];
  std::copy_n(tile.corrections, panel_columns, sums);
  const std::uint8_t* x = tile.x + row * tile.padded_k;
  for (std::int64_t k = 0; k < tile.padded_k; k += group_rows) {
    const std::int8_t* group = tile.panel + k * panel_columns;
#pragma omp simd
    for (std::int64_t i = 0; i < panel_columns; ++i)
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

#define WEFT_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma")))
#define WEFT_AVX512_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")))

constexpr std::int64_t vectors = panel_columns / 16;

/// Loops over a tile's sums are unrolled whole: only then are the sums in registers. For the same reason they are
/// stored before anything else is done with them.
#define WEFT_UNROLLED _Pragma("GCC unroll 24")

/// sums [rows, panel_columns] = a tile's products.
template <std::int64_t rows>
WEFT_AVX512 void add_products(const Bf16Tile& tile, float* stored) {
  __m512 sums[rows * vectors];
  WEFT_UNROLLED
  for (__m512& sum : sums) sum = _mm512_setzero_ps();
  const __m512i upper_halves = _mm512_set1_epi32(static_cast<int>(0xffff0000U));
  for (std::int64_t k = 0; k < tile.k; ++k) {
    __m512 panel[vectors];
    WEFT_UNROLLED
    for (std::int64_t half = 0; half < 2; ++half) {
      const __m512i words = _mm512_loadu_si512(tile.panel + k * 32 + half * 16);
      panel[2 * half] = _mm512_castsi512_ps(_mm512_maskz_slli_epi32(0xffff, words, 16));
      panel[2 * half + 1] = _mm512_castsi512_ps(_mm512_and_si512(words, upper_halves));
    }
    WEFT_UNROLLED
    for (std::int64_t i = 0; i < rows * vectors; ++i)
      sums[i] = _mm512_fmadd_ps(_mm512_set1_ps(tile.x[i / vectors * tile.k + k]), panel[i % vectors], sums[i]);
  }
  WEFT_UNROLLED
  for (std::int64_t i = 0; i < rows * vectors; ++i) _mm512_store_ps(stored + 16 * i, sums[i]);
}

template <std::int64_t rows>
WEFT_AVX512_VNNI void add_products(const Int8Tile& tile, std::int32_t* stored) {
  __m512i sums[rows * vectors];
  WEFT_UNROLLED
  for (std::int64_t i = 0; i < rows * vectors; ++i) sums[i] = _mm512_loadu_si512(tile.corrections + 16 * (i % vectors));
  for (std::int64_t k = 0; k < tile.padded_k; k += group_rows) {
    __m512i panel[vectors];
    WEFT_UNROLLED
    for (std::int64_t vector = 0; vector < vectors; ++vector)
      panel[vector] = _mm512_loadu_si512(tile.panel + k * panel_columns + 64 * vector);
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

template <typename Sum, typename Tile>
void avx512_tile(const Tile& tile, std::int64_t rows) {
  using AddProducts = void(const Tile&, Sum*);
  static constexpr std::array<AddProducts*, tile_rows> add{add_products<1>, add_products<2>, add_products<3>,
                                                           add_products<4>, add_products<5>, add_products<6>};
  alignas(64) Sum sums[tile_rows * panel_columns];
  add[static_cast<std::size_t>(rows - 1)](tile, sums);
  for (std::int64_t row = 0; row < rows; ++row) finish_row(tile, sums + row * panel_columns, row);
}

#else

template <typename Sum, typename Tile>
void avx512_tile(const Tile& tile, std::int64_t rows) {
  portable_tile(tile, rows);
}

#endif

/// Calls run(first row, rows, panel) for all tiles, a panel's one after another.
template <typename Run>
void for_each_tile(std::int64_t m, const LowPrecisionMatrix& matrix, const Run& run) {
  const std::int64_t work = std::max<std::int64_t>(1, m * matrix.rows() * panel_columns / products_per_element);
  parallel_for(matrix.panels(), work, [&](Range panels) {
    for (std::int64_t panel = panels.first; panel < panels.last; ++panel)
      for (std::int64_t row = 0; row < m; row += tile_rows) run(row, std::min(tile_rows, m - row), panel);
  });
}

template <typename Sum, typename Tile>
void run_tile(const Tile& tile, std::int64_t rows, LowPrecisionLoops loops) {
  loops == LowPrecisionLoops::avx512 ? avx512_tile<Sum>(tile, rows) : portable_tile(tile, rows);
}

// ---- Rows of 8-bit integers

WEFT_VECTORISED float quantise_row(const float* x, std::uint8_t* integers, std::int64_t count) {
  const Quantisation quantisation(
      reduce_lanes(count, 0.0F, Max{}, [x](std::int64_t i) WEFT_INLINE_LAMBDA { return std::fabs(x[i]); }));
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) integers[i] = static_cast<std::uint8_t>(quantisation.integer(x[i]) + 128);
  return quantisation.step;
}

void run_bf16(const float* x, const LowPrecisionMatrix& matrix, const float* bias, float* y, std::int64_t m,
              LowPrecisionLoops loops) {
  const std::int64_t k = matrix.rows();
  const std::int64_t n = matrix.columns();
  for_each_tile(m, matrix, [&](std::int64_t row, std::int64_t rows, std::int64_t panel) {
    const std::int64_t column = panel * panel_columns;
    const Bf16Tile tile{.x = x + row * k,
                        .panel = reinterpret_cast<const std::uint32_t*>(matrix.panel(panel)),
                        .bias = bias == nullptr ? nullptr : bias + column,
                        .y = y + row * n + column,
                        .k = k,
                        .n = n,
                        .columns = std::min(panel_columns, n - column)};
    run_tile<float>(tile, rows, loops);
  });
}

/// Each row's step, in the working memory before the integers.
std::int64_t step_bytes(std::int64_t m) { return (4 * m + 63) / 64 * 64; }

void run_int8(const float* x, const LowPrecisionMatrix& matrix, const float* bias, float* y, std::int64_t m,
              void* scratch, LowPrecisionLoops loops) {
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
  for_each_tile(m, matrix, [&](std::int64_t row, std::int64_t rows, std::int64_t panel) {
    const std::int64_t column = panel * panel_columns;
    const Int8Tile tile{.x = integers + row * padded_k,
                        .x_steps = x_steps + row,
                        .panel = reinterpret_cast<const std::int8_t*>(matrix.panel(panel)),
                        .steps = matrix.steps() + column,
                        .corrections = matrix.corrections() + column,
                        .bias = bias == nullptr ? nullptr : bias + column,
                        .y = y + row * n + column,
                        .padded_k = padded_k,
                        .n = n,
                        .columns = std::min(panel_columns, n - column)};
    run_tile<std::int32_t>(tile, rows, loops);
  });
}

}  // namespace

LowPrecisionLoops best_low_precision_loops(WeightPrecision weights) {
#ifdef WEFT_HAS_AVX512_LOOPS
  const bool vectors_of_512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                              __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0;
  const bool dot_products = __builtin_cpu_supports("avx512vnni") != 0;
  if (vectors_of_512 && (weights == WeightPrecision::bf16 || dot_products)) return LowPrecisionLoops::avx512;
#else
  static_cast<void>(weights);
#endif
  return LowPrecisionLoops::portable;
}

std::size_t low_precision_scratch_bytes(const LowPrecisionMatrix& matrix, std::int64_t m) {
  if (matrix.weights() == WeightPrecision::bf16) return 0;
  return static_cast<std::size_t>(step_bytes(m) + m * matrix.padded_rows());
}

void run_low_precision_product(const float* x, const LowPrecisionMatrix& matrix, const float* bias, float* y,
                               std::int64_t m, void* scratch, LowPrecisionLoops loops) {
  if (matrix.weights() == WeightPrecision::bf16)
    run_bf16(x, matrix, bias, y, m, loops);
  else
    run_int8(x, matrix, bias, y, m, scratch, loops);
}

}  // namespace weft::onednn

#include "backends/onednn/products/bf16_products.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define WEFT_HAS_BF16_LOOPS 1
#endif

// A tile is up to six rows by a panel of 64 columns: its 24 vectors of sums stay in AVX-512's 32 registers while the
// panel, from the second-level cache, and the rows, from the first, pass by. Long sums are cut, so that what passes by
// stays in these caches: then a tile's sums wait in c. Threads share out panels, and groups of rows.

namespace weft::onednn {
namespace {

constexpr std::int64_t bf16_panel_columns = Bf16PanelLayout::panel_columns;
constexpr std::int64_t bf16_tile_rows = 6;
constexpr std::int64_t pairs_at_once = 512;
constexpr std::int64_t most_rows_of_group = 16 * bf16_tile_rows;
/// The multiplications that take as long as moving an element, for the choice of threads.
constexpr std::int64_t bf16_products_per_element = 32;

struct Rows {
  const BFloat16* elements;
  std::int64_t stride;
};

/// Some rows of a by a part of a panel.
struct Bf16Tile {
  Rows a;
  const std::uint32_t* panel;
  std::int64_t pairs;
  const float* start;         ///< what is added to
  std::int64_t start_stride;  ///< between its rows
  float* c;
  std::int64_t n;        ///< between rows of c
  std::int64_t columns;  ///< of the panel that are c's
};

// ---- For any processor

WEFT_VECTORISED void portable_row(const Bf16Tile& tile, std::int64_t row) {
  float sums[bf16_panel_columns] = {};
  std::copy_n(tile.start + row * tile.start_stride, tile.columns, sums);
  const BFloat16* a = tile.a.elements + row * tile.a.stride;
  for (std::int64_t pair = 0; pair < tile.pairs; ++pair) {
    const float first = a[2 * pair];
    const float second = a[2 * pair + 1];
    const std::uint32_t* words = tile.panel + pair * bf16_panel_columns;
    // The products have no more digits than a float: whether they are rounded before they are added makes no difference.
#pragma omp simd
    for (std::int64_t i = 0; i < bf16_panel_columns; ++i) {
      const float sum = sums[i] + second * std::bit_cast<float>(words[i] & 0xffff0000U);
      sums[i] = sum + first * std::bit_cast<float>(words[i] << 16);
    }
  }
  std::copy_n(sums, tile.columns, tile.c + row * tile.n);
}

void portable_tile(const Bf16Tile& tile, std::int64_t rows) {
  for (std::int64_t row = 0; row < rows; ++row) portable_row(tile, row);
}

// ---- For AVX512_BF16

#ifdef WEFT_HAS_BF16_LOOPS

#define WEFT_AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma")))
/// Loops over a tile's sums are unrolled whole: only then are the sums in registers.
#define WEFT_ALL_SUMS _Pragma("GCC unroll 24")

template <std::int64_t rows>
WEFT_AVX512_BF16 void add_to_tile(const Bf16Tile& tile) {
  constexpr std::int64_t vectors = bf16_panel_columns / 16;
  __mmask16 masks[vectors];
  WEFT_ALL_SUMS
  for (std::int64_t vector = 0; vector < vectors; ++vector) {
    const std::int64_t columns = std::clamp<std::int64_t>(tile.columns - 16 * vector, 0, 16);
    masks[vector] = static_cast<__mmask16>((1U << columns) - 1U);
  }
  __m512 sums[rows * vectors];
  WEFT_ALL_SUMS
  for (std::int64_t i = 0; i < rows * vectors; ++i)
    sums[i] =
        _mm512_maskz_loadu_ps(masks[i % vectors], tile.start + i / vectors * tile.start_stride + 16 * (i % vectors));
  for (std::int64_t pair = 0; pair < tile.pairs; ++pair) {
    __m512bh panel[vectors];
    WEFT_ALL_SUMS
    for (std::int64_t vector = 0; vector < vectors; ++vector)
      panel[vector] =
          reinterpret_cast<__m512bh>(_mm512_loadu_si512(tile.panel + pair * bf16_panel_columns + 16 * vector));
    WEFT_ALL_SUMS
    for (std::int64_t i = 0; i < rows * vectors; ++i) {
      std::int32_t word = 0;
      std::memcpy(&word, tile.a.elements + i / vectors * tile.a.stride + 2 * pair, sizeof(word));
      sums[i] = _mm512_dpbf16_ps(sums[i], reinterpret_cast<__m512bh>(_mm512_set1_epi32(word)), panel[i % vectors]);
    }
  }
  WEFT_ALL_SUMS
  for (std::int64_t i = 0; i < rows * vectors; ++i)
    _mm512_mask_storeu_ps(tile.c + i / vectors * tile.n + 16 * (i % vectors), masks[i % vectors], sums[i]);
}

void avx512_tile(const Bf16Tile& tile, std::int64_t rows) {
  static constexpr std::array<void (*)(const Bf16Tile&), bf16_tile_rows> add{
      add_to_tile<1>, add_to_tile<2>, add_to_tile<3>, add_to_tile<4>, add_to_tile<5>, add_to_tile<6>};
  add[static_cast<std::size_t>(rows - 1)](tile);
}

#else

void avx512_tile(const Bf16Tile& tile, std::int64_t rows) { portable_tile(tile, rows); }

#endif

// ---- A product in tiles

struct Multiplication {
  const Product& product;
  Rows a;
  std::int64_t terms;  ///< of a row
  const std::uint32_t* panels;
  const float* bias;
  float* c;
  Bf16Loops loops;

  void run() const {
    const Bf16PanelLayout layout(product.k, product.n);
    const std::int64_t groups = group_count(layout.panels());
    const std::int64_t work =
        std::max<std::int64_t>(1, product.m * product.k * bf16_panel_columns / (groups * bf16_products_per_element));
    parallel_for(layout.panels() * groups, work, [&](Range items) {
      for (std::int64_t item = items.first; item < items.last; ++item)
        run_group(layout, item / groups,
                  Range{product.m * (item % groups) / groups, product.m * (item % groups + 1) / groups});
    });
  }

 private:
  /// Of rows: as many as keep all threads busy.
  std::int64_t group_count(std::int64_t panels) const {
    const std::int64_t least = (product.m + most_rows_of_group - 1) / most_rows_of_group;
    const std::int64_t most = (product.m + bf16_tile_rows - 1) / bf16_tile_rows;
    return std::clamp(4 * std::int64_t{omp_get_max_threads()} / panels, least, most);
  }

  void run_group(const Bf16PanelLayout& layout, std::int64_t panel, Range rows) const {
    const std::int64_t pairs = terms / 2;
    for (std::int64_t pair = 0; pair < pairs; pair += pairs_at_once)
      for (std::int64_t row = rows.first; row < rows.last; row += bf16_tile_rows)
        run_tile(layout, panel, {row, std::min(row + bf16_tile_rows, rows.last)},
                 {a.elements + row * a.stride + 2 * pair, a.stride}, {pair, std::min(pair + pairs_at_once, pairs)});
    if (terms % 2 == 0) return;
    // The last term has no neighbour.
    for (std::int64_t row = rows.first; row < rows.last; row += bf16_tile_rows) {
      std::array<BFloat16, 2 * bf16_tile_rows> last{};
      const Range of_tile{row, std::min(row + bf16_tile_rows, rows.last)};
      for (std::int64_t i = 0; i < of_tile.size(); ++i)
        last[static_cast<std::size_t>(2 * i)] = a.elements[(row + i) * a.stride + terms - 1];
      run_tile(layout, panel, of_tile, {last.data(), 2}, {pairs, pairs + 1});
    }
  }

  /// Adds some pairs of terms, which begin at `of_rows`.
  void run_tile(const Bf16PanelLayout& layout, std::int64_t panel, Range rows, Rows of_rows, Range pairs) const {
    static constexpr std::array<float, bf16_panel_columns> zeros{};
    const std::int64_t column = panel * bf16_panel_columns;
    Bf16Tile tile{.a = of_rows,
                  .panel = panels + layout.first_word(panel) + pairs.first * bf16_panel_columns,
                  .pairs = pairs.size(),
                  .start = bias == nullptr ? zeros.data() : bias + column,
                  .start_stride = 0,
                  .c = c + rows.first * product.n + column,
                  .n = product.n,
                  .columns = std::min(bf16_panel_columns, product.n - column)};
    if (pairs.first > 0) {
      tile.start = tile.c;
      tile.start_stride = tile.n;
    }
    loops == Bf16Loops::avx512_bf16 ? avx512_tile(tile, rows.size()) : portable_tile(tile, rows.size());
  }
};

/// Bytes of a's rows when they are not where a lies.
std::size_t bytes_of_rows(const Product& product) {
  const std::int64_t words = product.transpose_a ? product.m * ((product.k + 1) / 2) : 0;
  return (static_cast<std::size_t>(words) * sizeof(std::uint32_t) + 63) / 64 * 64;
}

}  // namespace

Bf16Loops best_bf16_loops() {
#ifdef WEFT_HAS_BF16_LOOPS
  static const bool has_instructions = has_bf16_instructions() && __builtin_cpu_supports("avx512bw") != 0 &&
                                       __builtin_cpu_supports("avx512vl") != 0 &&
                                       __builtin_cpu_supports("avx512dq") != 0;
  if (has_instructions) return Bf16Loops::avx512_bf16;
#endif
  return Bf16Loops::portable;
}

std::size_t bf16_scratch_bytes(const Product& product, RightOperand right) {
  return bytes_of_rows(product) + (right == RightOperand::packed ? 0 : Bf16PanelLayout(product.k, product.n).bytes());
}

PlainMatrix right_operand_of(const Product& product, const void* b) {
  return {b, product.rounds_b ? DType::f32 : DType::bf16, product.k, product.n, product.transpose_b};
}

void run_bf16_product(const Product& product, const void* a, const void* b, const float* bias, float* c,
                      void* scratch) {
  auto* panels = reinterpret_cast<std::uint32_t*>(static_cast<std::byte*>(scratch) + bytes_of_rows(product));
  pack_panels(right_operand_of(product, b), panels);
  run_bf16_product(product, a, panels, bias, c, scratch);
}

void run_bf16_product(const Product& product, const void* a, const std::uint32_t* panels, const float* bias, float* c,
                      void* scratch, Bf16Loops loops) {
  Rows rows{static_cast<const BFloat16*>(a), product.k};
  std::int64_t terms = product.k;
  if (product.transpose_a) {
    join_transposed(rows.elements, product.m, product.k, static_cast<std::uint32_t*>(scratch));
    terms = (product.k + 1) / 2 * 2;
    rows = {static_cast<const BFloat16*>(scratch), terms};
  }
  Multiplication{product, rows, terms, panels, product.bias ? bias : nullptr, c, loops}.run();
}

}  // namespace weft::onednn

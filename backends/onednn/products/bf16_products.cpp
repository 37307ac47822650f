#include "backends/onednn/products/bf16_products.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"
#include "graph/base/error.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define WEFT_HAS_BF16_LOOPS 1
#endif

// A tile is up to six rows by a panel of 64 columns: its 24 vectors of sums stay in AVX-512's 32 registers while the
// panel, from the second-level cache, and the rows, from the first, pass by. Long sums are cut, so that what passes by
// stays in these caches: then a tile's sums wait in c. Threads share out panels, and groups of rows where panels are few.

namespace weft::onednn {
namespace {

constexpr std::int64_t bf16_panel_columns = Bf16PanelLayout::panel_columns;
constexpr std::int64_t bf16_tile_rows = 6;
constexpr std::int64_t pairs_at_once = 512;
constexpr std::int64_t words_of_part = pairs_at_once * bf16_panel_columns;
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
  std::int64_t terms;  ///< of a row of a
  PlainMatrix b;
  const Bf16Panels* panels;  ///< of b; nullptr: parts are packed, each thread's behind the other's at `parts`
  std::uint32_t* parts;
  const float* bias;
  float* c;
  Bf16Loops loops;

  void run() const {
    const Bf16PanelLayout layout(product.k, product.n);
    const std::int64_t groups = group_count(layout.panels());
    const std::int64_t items = layout.panels() * groups;
    const std::int64_t work = product.m * product.k * product.n / bf16_products_per_element;
    parallel_region(work, [&](const ThreadShare& share) {
      const Range range = share.of(items);
      for (std::int64_t item = range.first; item < range.last; ++item)
        run_group(item / groups, {product.m * (item % groups) / groups, product.m * (item % groups + 1) / groups},
                  panels == nullptr ? parts + share.thread * words_of_part : nullptr);
    });
  }

 private:
  /// Of rows: as many as give each thread some.
  std::int64_t group_count(std::int64_t panel_count) const {
    const std::int64_t wanted = (4 * std::int64_t{omp_get_max_threads()} + panel_count - 1) / panel_count;
    return std::min(wanted, (product.m + bf16_tile_rows - 1) / bf16_tile_rows);
  }

  void run_group(std::int64_t panel, Range rows, std::uint32_t* part) const {
    const std::int64_t pairs = Bf16PanelLayout(product.k, product.n).pairs();
    for (std::int64_t first = 0; first < pairs; first += pairs_at_once) {
      const Range of_part{first, std::min(first + pairs_at_once, pairs)};
      if (panels == nullptr) pack_part(b, panel, of_part, part);
      run_part(panel, rows, of_part, panels == nullptr ? part : panels->words(panel, first));
    }
  }

  void run_part(std::int64_t panel, Range rows, Range pairs, const std::uint32_t* words) const {
    const Range whole{pairs.first, std::min(pairs.last, terms / 2)};
    for (std::int64_t row = rows.first; row < rows.last; row += bf16_tile_rows) {
      const Range of_tile{row, std::min(row + bf16_tile_rows, rows.last)};
      if (whole.size() > 0)
        run_tile(panel, of_tile, {a.elements + row * a.stride + 2 * pairs.first, a.stride}, whole, words);
      if (whole.last == pairs.last) continue;
      // The last term has no neighbour.
      std::array<BFloat16, 2 * bf16_tile_rows> last{};
      for (std::int64_t i = 0; i < of_tile.size(); ++i)
        last[static_cast<std::size_t>(2 * i)] = a.elements[(row + i) * a.stride + terms - 1];
      run_tile(panel, of_tile, {last.data(), 2}, {whole.last, pairs.last}, words + whole.size() * bf16_panel_columns);
    }
  }

  /// Adds some pairs of terms, which begin at `of_rows` and `words`.
  void run_tile(std::int64_t panel, Range rows, Rows of_rows, Range pairs, const std::uint32_t* words) const {
    static constexpr std::array<float, bf16_panel_columns> zeros{};
    const std::int64_t column = panel * bf16_panel_columns;
    Bf16Tile tile{.a = of_rows,
                  .panel = words,
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

Bf16Product::Bf16Product(const Product& product, RightOperand right, Bf16Loops loops)
    : product_(product), right_(right), loops_(loops), threads_(omp_get_max_threads()) {
  check_invariant(product.batch == 1 && product.factors == DType::bf16, "products in bf16 are run one by one");
}

/// Of a's rows when they are not where a lies.
std::size_t Bf16Product::bytes_of_rows() const {
  const std::int64_t words = product_.transpose_a ? product_.m * ((product_.k + 1) / 2) : 0;
  return (static_cast<std::size_t>(words) * sizeof(std::uint32_t) + 63) / 64 * 64;
}

std::size_t Bf16Product::scratch_bytes() const {
  const std::size_t parts = right_ == RightOperand::packed ? 0 : static_cast<std::size_t>(threads_) * words_of_part;
  return bytes_of_rows() + parts * sizeof(std::uint32_t);
}

PlainMatrix Bf16Product::plain(const void* b) const {
  return {b, product_.rounds_b ? DType::f32 : DType::bf16, product_.k, product_.n, product_.transpose_b};
}

PackRequest Bf16Product::packing(std::size_t operand) const { return Bf16Panels::request(operand, plain(nullptr)); }

void Bf16Product::run(const void* a, const void* b, const float* bias, float* c, void* scratch) const {
  multiply(a, plain(b), nullptr, bias, c, scratch);
}

void Bf16Product::run(const void* a, const Bf16Panels& b, const float* bias, float* c, void* scratch) const {
  multiply(a, plain(nullptr), &b, bias, c, scratch);
}

void Bf16Product::multiply(const void* a, const PlainMatrix& b, const Bf16Panels* panels, const float* bias, float* c,
                           void* scratch) const {
  const ThreadLimit limit(std::min(threads_, omp_get_max_threads()));  // for whom there is memory
  Rows rows{static_cast<const BFloat16*>(a), product_.k};
  std::int64_t terms = product_.k;
  if (product_.transpose_a) {
    join_transposed(rows.elements, product_.m, product_.k, static_cast<std::uint32_t*>(scratch));
    terms = (product_.k + 1) / 2 * 2;
    rows = {static_cast<const BFloat16*>(scratch), terms};
  }
  auto* parts = reinterpret_cast<std::uint32_t*>(static_cast<std::byte*>(scratch) + bytes_of_rows());
  Multiplication{product_, rows, terms, b, panels, parts, product_.bias ? bias : nullptr, c, loops_}.run();
}

Bf16Product Bf16Product::with_rows(std::int64_t m) const {
  Bf16Product product = *this;
  product.product_.m = m;
  return product;
}

Bf16Product Bf16Product::with_terms(std::int64_t k) const {
  Bf16Product product = *this;
  product.product_.k = k;
  return product;
}

}  // namespace weft::onednn

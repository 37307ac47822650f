#include "backends/onednn/products/bf16_panels.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <utility>

#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

namespace weft::onednn {
namespace {

WEFT_INLINE std::uint32_t half(std::uint16_t bits) { return bits; }
WEFT_INLINE std::uint32_t half(float number) { return half(std::bit_cast<std::uint16_t>(BFloat16(number))); }

/// Words of two rows; the second may be missing.
template <typename From>
WEFT_INLINE void join_rows(const From* first, const From* second, std::int64_t count, std::uint32_t* words) {
  if (second == nullptr) {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) words[i] = half(first[i]);
    return;
  }
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) words[i] = half(first[i]) | half(second[i]) << 16;
}

/// Words of the neighbours of one row, the last alone when their number is odd.
template <typename From>
WEFT_INLINE void join_neighbours(const From* row, std::int64_t count, std::uint32_t* words) {
#pragma omp simd
  for (std::int64_t i = 0; i < count / 2; ++i) words[i] = half(row[2 * i]) | half(row[2 * i + 1]) << 16;
  if (count % 2 == 1) words[count / 2] = half(row[count - 1]);
}

/// A block of words that crosses: its rows become its columns.
class Block {
 public:
  static constexpr std::int64_t size = 16;

  std::uint32_t* row(std::int64_t index) { return words_[index]; }

  WEFT_INLINE void cross() {
    Row rows[size];
    std::memcpy(rows, words_, sizeof(rows));
    exchange<1>(rows, std::make_integer_sequence<int, size>());
    exchange<2>(rows, std::make_integer_sequence<int, size>());
    exchange<4>(rows, std::make_integer_sequence<int, size>());
    exchange<8>(rows, std::make_integer_sequence<int, size>());
    std::memcpy(words_, rows, sizeof(rows));
  }

 private:
  using Row [[gnu::vector_size(4 * size)]] = std::uint32_t;

  /// Of each square of squares of that many words, the upper right one and the lower left one change places.
  template <int step, int... column>
  WEFT_INLINE static void exchange(Row (&rows)[size], std::integer_sequence<int, column...>) {
#pragma GCC unroll 16
    for (int i = 0; i < size; ++i) {
      if ((i & step) != 0) continue;
      const Row upper = rows[i];
      const Row lower = rows[i + step];
      rows[i] = __builtin_shufflevector(upper, lower, ((column & step) != 0 ? size + column - step : column)...);
      rows[i + step] = __builtin_shufflevector(upper, lower, ((column & step) != 0 ? size + column : column + step)...);
    }
  }

  alignas(64) std::uint32_t words_[size][size] = {};
};

/// Some rows of a panel, from an even one on.
struct PanelPart {
  Range rows;
  Range columns;
};

/// Of a matrix stored row by row.
template <typename From>
WEFT_VECTORISED void pack_rows(const From* matrix, const PlainMatrix& plain, const PanelPart& part,
                               std::uint32_t* words) {
  const std::int64_t count = part.columns.size();
  for (std::int64_t row = part.rows.first; row < part.rows.last; row += 2) {
    const From* here = matrix + row * plain.columns + part.columns.first;
    join_rows(here, row + 1 < plain.rows ? here + plain.columns : nullptr, count, words);
    std::fill(words + count, words + Bf16PanelLayout::panel_columns, 0U);
    words += Bf16PanelLayout::panel_columns;
  }
}

/// Of a matrix stored column by column.
template <typename From>
WEFT_VECTORISED void pack_columns(const From* matrix, const PlainMatrix& plain, const PanelPart& part,
                                  std::uint32_t* words) {
  const std::int64_t pairs = (part.rows.size() + 1) / 2;
  for (std::int64_t block = 0; block < Bf16PanelLayout::panel_columns; block += Block::size) {
    Block crossing;
    const std::int64_t count = std::clamp<std::int64_t>(part.columns.size() - block, 0, Block::size);
    for (std::int64_t pair = 0; pair < pairs; pair += Block::size) {
      const std::int64_t row = part.rows.first + 2 * pair;
      for (std::int64_t column = 0; column < count; ++column)
        join_neighbours(matrix + (part.columns.first + block + column) * plain.rows + row,
                        std::min(2 * Block::size, part.rows.last - row), crossing.row(column));
      for (std::int64_t column = count; column < Block::size; ++column)
        std::fill_n(crossing.row(column), Block::size, 0U);
      crossing.cross();
      for (std::int64_t i = 0; i < std::min(Block::size, pairs - pair); ++i)
        std::copy_n(crossing.row(i), Block::size, words + (pair + i) * Bf16PanelLayout::panel_columns + block);
    }
  }
}

/// Of a matrix stored column by column, some rows as words.
WEFT_VECTORISED void join_transposed_rows(const std::uint16_t* matrix, std::int64_t rows, std::int64_t columns,
                                          Range range, std::uint32_t* words) {
  const std::int64_t pairs = (columns + 1) / 2;
  Block crossing;
  for (std::int64_t pair = 0; pair < pairs; pair += Block::size)
    for (std::int64_t row = range.first; row < range.last; row += Block::size) {
      const std::int64_t row_count = std::min(Block::size, range.last - row);
      const std::int64_t pair_count = std::min(Block::size, pairs - pair);
      for (std::int64_t i = 0; i < pair_count; ++i) {
        const std::uint16_t* here = matrix + 2 * (pair + i) * rows + row;
        join_rows(here, 2 * (pair + i) + 1 < columns ? here + rows : nullptr, row_count, crossing.row(i));
      }
      crossing.cross();
      for (std::int64_t i = 0; i < row_count; ++i)
        std::copy_n(crossing.row(i), pair_count, words + (row + i) * pairs + pair);
    }
}

template <typename From>
void pack(const PlainMatrix& matrix, const PanelPart& part, std::uint32_t* words) {
  (matrix.transposed ? pack_columns<From> : pack_rows<From>)(static_cast<const From*>(matrix.elements), matrix, part,
                                                             words);
}

}  // namespace

void pack_part(const PlainMatrix& matrix, std::int64_t panel, Range pairs, std::uint32_t* words) {
  const std::int64_t column = panel * Bf16PanelLayout::panel_columns;
  const PanelPart part{{2 * pairs.first, std::min(2 * pairs.last, matrix.rows)},
                       {column, std::min(column + Bf16PanelLayout::panel_columns, matrix.columns)}};
  (matrix.dtype == DType::bf16 ? pack<std::uint16_t> : pack<float>)(matrix, part, words);
}

void join_transposed(const BFloat16* matrix, std::int64_t rows, std::int64_t columns, std::uint32_t* words) {
  parallel_region(rows * columns, [&](const ThreadShare& share) {
    join_transposed_rows(reinterpret_cast<const std::uint16_t*>(matrix), rows, columns, share.of(rows, Block::size),
                         words);
  });
}

PackRequest Bf16Panels::request(std::size_t operand, const PlainMatrix& matrix) {
  const auto fits = [matrix](const PackedCopy& copy) {
    const auto* panels = dynamic_cast<const Bf16Panels*>(&copy);
    return panels != nullptr && panels->layout() == Bf16PanelLayout(matrix.rows, matrix.columns) &&
           panels->matrix_.dtype == matrix.dtype && panels->matrix_.transposed == matrix.transposed;
  };
  return {.operand = operand,
          .fits = fits,
          .make = [matrix] { return std::make_shared<Bf16Panels>(matrix); },
          .bytes = Bf16PanelLayout(matrix.rows, matrix.columns).bytes()};
}

void Bf16Panels::pack(const void* plain, void* lent) {
  if (lent == nullptr && memory_.shape().rank() == 0) memory_ = Tensor({DType::i32, Shape{layout().words()}});
  words_ = static_cast<std::uint32_t*>(lent == nullptr ? static_cast<void*>(memory_.bytes().data()) : lent);
  PlainMatrix matrix = matrix_;
  matrix.elements = plain;
  parallel_for(layout().panels(), matrix.rows * Bf16PanelLayout::panel_columns, [&](Range panels) {
    for (std::int64_t panel = panels.first; panel < panels.last; ++panel)
      pack_part(matrix, panel, {0, layout().pairs()}, words_ + layout().first_word(panel));
  });
}

}  // namespace weft::onednn

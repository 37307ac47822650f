#pragma once

#include <cstddef>
#include <cstdint>

#include "backends/onednn/parallel.h"
#include "backends/runtime/packed_copies.h"
#include "graph/base/bfloat16.h"
#include "graph/tensor.h"
#include "graph/types.h"

namespace weft::onednn {

/// A matrix [rows, columns] row by row, or column by column when transposed; its elements are f32 or bf16.
struct PlainMatrix {
  const void* elements;
  DType dtype;
  std::int64_t rows;
  std::int64_t columns;
  bool transposed;
};

/// Where the elements of a matrix [k, n] lie as the right operand of products in bf16, with zeros for those that it lacks:
/// in panels of 64 columns; in a panel, pairs of rows; in a pair, column after column, a word with both rows' elements, the
/// first one's in the lower half.
class Bf16PanelLayout {
 public:
  static constexpr std::int64_t panel_columns = 64;

  Bf16PanelLayout(std::int64_t k, std::int64_t n) : k_(k), n_(n) {}

  std::int64_t pairs() const { return (k_ + 1) / 2; }
  std::int64_t panels() const { return (n_ + panel_columns - 1) / panel_columns; }
  std::int64_t words() const { return panels() * pairs() * panel_columns; }
  std::size_t bytes() const { return sizeof(std::uint32_t) * static_cast<std::size_t>(words()); }
  std::int64_t first_word(std::int64_t panel) const { return panel * pairs() * panel_columns; }

  friend auto operator<=>(const Bf16PanelLayout&, const Bf16PanelLayout&) = default;

 private:
  std::int64_t k_;
  std::int64_t n_;
};

/// Writes some pairs of rows of one panel, rounded, as Bf16PanelLayout(rows, columns) says.
void pack_part(const PlainMatrix& matrix, std::int64_t panel, Range pairs, std::uint32_t* words);
/// Writes the matrix [rows, columns], stored column by column, row by row, with a zero behind an odd number of elements: words
/// of two neighbours.
void join_transposed(const BFloat16* matrix, std::int64_t rows, std::int64_t columns, std::uint32_t* words);

/// A copy of weights in panels.
class Bf16Panels : public PackedCopy {
 public:
  /// The copy of operand `operand` of a kernel, a matrix like this one.
  static PackRequest request(std::size_t operand, const PlainMatrix& matrix);

  explicit Bf16Panels(const PlainMatrix& matrix) : matrix_(matrix) {}
  const std::uint32_t* words(std::int64_t panel, std::int64_t pair) const {
    return words_ + layout().first_word(panel) + pair * Bf16PanelLayout::panel_columns;
  }

 private:
  void pack(const void* plain, void* lent) override;
  Bf16PanelLayout layout() const { return {matrix_.rows, matrix_.columns}; }

  PlainMatrix matrix_;
  Tensor memory_ = {};  ///< allocated when first packed, unless memory is lent
  std::uint32_t* words_ = nullptr;
};

}  // namespace weft::onednn

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "backends/runtime/packed_copies.h"
#include "graph/tensor.h"

namespace weft::onednn {

/// A copy of a matrix [k, n] of floats in 8-bit integers, for int8_dense: in panels of 64 columns, padded by zeros to whole
/// ones; in a panel, groups of 4 rows, of each group column after column its 4 integers: the operand of VNNI's dot products.
class Int8Matrix : public PackedCopy {
 public:
  static constexpr std::int64_t panel_columns = 64;
  static constexpr std::int64_t group_rows = 4;

  Int8Matrix(std::int64_t k, std::int64_t n) : k_(k), n_(n) {}

  /// The copy of operand `operand` of a kernel.
  static PackRequest request(std::size_t operand, std::int64_t k, std::int64_t n);

  std::int64_t rows() const { return k_; }
  std::int64_t columns() const { return n_; }
  std::int64_t panels() const { return (n_ + panel_columns - 1) / panel_columns; }
  /// The rows with the padding: a multiple of `group_rows`.
  std::int64_t padded_rows() const { return (k_ + group_rows - 1) / group_rows * group_rows; }

  const std::int8_t* panel(std::int64_t index) const;
  /// Padded to whole panels: for each column the step of its integers, and -128 times their sum, which
  /// takes off what an offset of 128 on the other operand adds.
  const float* steps() const;
  const std::int32_t* corrections() const;

 private:
  void pack(const void* plain, void* lent) override;
  std::size_t panel_bytes() const;
  void round_panel(const float* plain, std::int64_t panel);

  std::int64_t k_;
  std::int64_t n_;
  // Allocated when first packed; the panels are aligned to a cache line.
  Tensor panels_ = {};
  std::vector<float> steps_ = {};
  std::vector<std::int32_t> corrections_ = {};
};

}  // namespace weft::onednn

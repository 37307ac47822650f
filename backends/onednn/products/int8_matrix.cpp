#include "backends/onednn/products/int8_matrix.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "backends/onednn/parallel.h"
#include "backends/onednn/products/quantise.h"
#include "graph/tensor.h"

namespace weft::onednn {

std::size_t Int8Matrix::panel_bytes() const { return static_cast<std::size_t>(panel_columns * padded_rows()); }

const std::int8_t* Int8Matrix::panel(std::int64_t index) const {
  return reinterpret_cast<const std::int8_t*>(panels_.bytes().data()) + static_cast<std::size_t>(index) * panel_bytes();
}

const float* Int8Matrix::steps() const { return steps_.data(); }

const std::int32_t* Int8Matrix::corrections() const { return corrections_.data(); }

void Int8Matrix::pack(const void* content, void*) {
  const auto* plain = static_cast<const float*>(content);
  if (panels_.shape().rank() == 0) {
    panels_ = Tensor({DType::boolean, Shape{panels() * static_cast<std::int64_t>(panel_bytes())}});
    steps_.resize(static_cast<std::size_t>(panels() * panel_columns));
    corrections_.resize(steps_.size());
  }
  parallel_for(panels(), k_ * panel_columns, [&](Range range) {
    for (std::int64_t panel = range.first; panel < range.last; ++panel) round_panel(plain, panel);
  });
}

// Row by row, as the matrix lies in memory.
void Int8Matrix::round_panel(const float* plain, std::int64_t panel) {
  const std::int64_t first = panel * panel_columns;
  const std::int64_t columns = std::min(panel_columns, n_ - first);
  auto* integers = const_cast<std::int8_t*>(this->panel(panel));
  std::fill_n(integers, panel_bytes(), std::int8_t{0});

  std::array<float, panel_columns> largest{};
  for (std::int64_t row = 0; row < k_; ++row)
    for (std::int64_t c = 0; c < columns; ++c) {
      float& of_column = largest[static_cast<std::size_t>(c)];
      of_column = Max{}(of_column, std::fabs(plain[row * n_ + first + c]));
    }
  std::array<Quantisation, panel_columns> quantisations;
  std::ranges::transform(largest, quantisations.begin(), [](float magnitude) { return Quantisation(magnitude); });
  std::array<std::int32_t, panel_columns> sums{};
  for (std::int64_t row = 0; row < k_; ++row) {
    std::int8_t* group = integers + row / group_rows * group_rows * panel_columns + row % group_rows;
    for (std::int64_t c = 0; c < columns; ++c) {
      const auto column = static_cast<std::size_t>(c);
      const std::int32_t integer = quantisations[column].integer(plain[row * n_ + first + c]);
      group[c * group_rows] = static_cast<std::int8_t>(integer);
      sums[column] += integer;
    }
  }
  for (std::size_t c = 0; c < largest.size(); ++c) {
    steps_[static_cast<std::size_t>(first) + c] = quantisations[c].step;
    corrections_[static_cast<std::size_t>(first) + c] = -128 * sums[c];
  }
}

PackRequest Int8Matrix::request(std::size_t operand, std::int64_t k, std::int64_t n) {
  return {.operand = operand,
          .fits =
              [=](const PackedCopy& copy) {
                const auto* matrix = dynamic_cast<const Int8Matrix*>(&copy);
                return matrix != nullptr && matrix->k_ == k && matrix->n_ == n;
              },
          .make = [=] { return std::make_shared<Int8Matrix>(k, n); }};
}

}  // namespace weft::onednn

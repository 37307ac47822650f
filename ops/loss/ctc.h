#pragma once

#include <cstdint>
#include <span>

#include "graph/graph.h"

namespace weft {

/// What ctc_loss and its gradient share: their first four operands and the blank. Kernels read it, too.
struct CtcForm {
  /// Throws Error, with both sides, where operands or attributes do not fit.
  CtcForm(std::span<const TensorType> operands, const Attributes& attributes);

  std::int64_t batch;
  std::int64_t time;
  std::int64_t classes;
  std::int64_t labels;  ///< at most, of a row
  std::int64_t blank;

  /// A row's labels with a blank before, between and behind them.
  std::int64_t states() const { return 2 * labels + 1; }
  /// Throws Error for a length or a label that is out of range, with its index.
  void check(const std::int32_t* labels, const std::int32_t* input_lengths, const std::int32_t* label_lengths) const;
};

}  // namespace weft

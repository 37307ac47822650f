#pragma once

#include <map>
#include <string>

#include "graph/graph.h"
#include "ops/ops.h"
#include "tests/golden/golden_file.h"

namespace weft::test {

/// Declares in a graph the inputs that a golden case names, in the types and shapes that it gives.
class GoldenInputs {
 public:
  GoldenInputs(Graph& graph, const GoldenFile& file, DType float_type)
      : graph_(graph), file_(file), float_type_(float_type) {}

  const GoldenFile& file() const { return file_; }
  bool has(std::string_view name) const { return file_.section("inputs").contains(name); }
  Value real(std::string_view name) const { return declare(name, float_type_); }
  Value ids(std::string_view name) const { return declare(name, DType::i32); }

 private:
  Value declare(std::string_view name, DType dtype) const;

  Graph& graph_;
  const GoldenFile& file_;
  DType float_type_;
};

/// The outputs of a case by the names that the files give them: "y", "h_next", "loss".
using GoldenOutputs = std::map<std::string, Value, std::less<>>;

/// Applies what a case is about, found by its name: "softmax_axis1" is about softmax. Throws Error when no op is of
/// that name.
GoldenOutputs apply_golden_op(const GoldenInputs& inputs);

/// "sum over time of the mean over the batch ..." or "mean over the non-padding tokens", as the files call it. Throws
/// Error for another text.
LossNormalisation golden_normalisation(std::string_view text);

}  // namespace weft::test

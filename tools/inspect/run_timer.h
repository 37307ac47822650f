#pragma once

#include <memory>

#include "backends/runtime/execution.h"
#include "tools/inspect/tensor_draws.h"

namespace weft::inspect {

/// Milliseconds of a run, the median of `runs` after one to warm up, on random inputs.
double median_ms_of(Execution& execution, int runs, const DrawRange& range);

/// Times several forms of one graph, which share their variables and their memory.
class RunTimer {
 public:
  explicit RunTimer(const Backend& backend);

  /// Of the graph with no pass but the one that running cannot do without: decompose.
  double median_ms_as_it_is(const Graph& graph, int runs, const DrawRange& range);

 private:
  const Backend& backend_;
  CompileOptions options_;
  ExecutionOptions binding_;
};

/// Whether the op is a product of matrices, or a lookup, which is a product with a matrix of zeros and ones.
bool is_product(const Op& op);

}  // namespace weft::inspect

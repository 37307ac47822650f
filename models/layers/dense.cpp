#include "graph/base/error.h"
#include "models/layers/layers.h"
#include "ops/ops.h"

namespace weft::layers {

DenseWeights declare_dense(Graph& graph, std::int64_t in, std::int64_t units, std::string_view name,
                           const DenseOptions& options, DType dtype, SourceLine where) {
  const Graph::Scope scope = graph.scope(name, where);
  const Value kernel = graph.parameter("kernel", {in, units}, options.initializer, dtype, where);
  if (!options.bias) return {kernel, {}};
  return {kernel, graph.parameter("bias", {units}, Initializer::zeros(), dtype, where)};
}

Value dense(Value x, std::int64_t units, std::string_view name, const DenseOptions& options, SourceLine where) {
  require(x.shape().rank() > 0, "dense '{}': x is a scalar, {}: an axis [..., in] is needed", name, x.type());
  const auto [kernel, bias] = declare_dense(x.graph(), x.shape()[-1], units, name, options, x.dtype(), where);
  const Graph::Scope scope = x.graph().scope(name, where);
  return bias ? weft::dense(x, kernel, bias) : weft::dense(x, kernel);
}

}  // namespace weft::layers

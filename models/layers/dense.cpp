#include "graph/base/error.h"
#include "models/layers/layers.h"
#include "ops/ops.h"

namespace weft::layers {

Value dense(Value x, std::int64_t units, std::string_view name, const DenseOptions& options, SourceLine where) {
  require(x.shape().rank() > 0, "dense '{}': x is a scalar, {}: an axis [..., in] is needed", name, x.type());
  Graph& graph = x.graph();
  const Graph::Scope scope = graph.scope(name, where);
  const Value kernel = graph.parameter("kernel", {x.shape()[-1], units}, options.initializer, x.dtype(), where);
  if (!options.bias) return weft::dense(x, kernel);
  return weft::dense(x, kernel, graph.parameter("bias", {units}, Initializer::zeros(), x.dtype(), where));
}

}  // namespace weft::layers

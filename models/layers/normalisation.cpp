#include "graph/base/error.h"
#include "models/layers/layers.h"
#include "ops/ops.h"

namespace weft::layers {
namespace {

std::int64_t units_of(Value x, std::string_view layer, std::string_view name) {
  require(x.shape().rank() > 0, "{} '{}': x is a scalar, {}: an axis [..., units] is needed", layer, name, x.type());
  return x.shape()[-1];
}

}  // namespace

Value layer_norm(Value x, std::string_view name, SourceLine where) {
  const std::int64_t units = units_of(x, "layer_norm", name);
  Graph& graph = x.graph();
  const Graph::Scope scope = graph.scope(name, where);
  const Value gain = graph.parameter("gain", {units}, Initializer::ones(), x.dtype(), where);
  return weft::layer_norm(x, gain, graph.parameter("bias", {units}, Initializer::zeros(), x.dtype(), where));
}

Value rms_norm(Value x, std::string_view name, SourceLine where) {
  const std::int64_t units = units_of(x, "rms_norm", name);
  Graph& graph = x.graph();
  const Graph::Scope scope = graph.scope(name, where);
  return weft::rms_norm(x, graph.parameter("gain", {units}, Initializer::ones(), x.dtype(), where));
}

}  // namespace weft::layers

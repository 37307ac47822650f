#include "models/layers/layers.h"
#include "ops/ops.h"

namespace weft::layers {

Value embedding(Value ids, std::int64_t vocabulary, std::int64_t units, std::string_view name, SourceLine where) {
  Graph& graph = ids.graph();
  const Graph::Scope scope = graph.scope(name, where);
  const Initializer initializer = Initializer::normal(0.0, 0.05);
  return weft::embedding(graph.parameter("table", {vocabulary, units}, initializer, DType::f32, where), ids);
}

}  // namespace weft::layers

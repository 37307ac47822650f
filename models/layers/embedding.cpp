#include "models/layers/layers.h"
#include "ops/ops.h"

namespace weft::layers {

Value embedding(Value ids, std::int64_t vocabulary, std::int64_t units, std::string_view name) {
  Graph& graph = ids.graph();
  const Graph::Scope scope = graph.scope(name);
  return weft::embedding(graph.parameter("table", {vocabulary, units}, Initializer::normal(0.0, 0.05)), ids);
}

}  // namespace weft::layers

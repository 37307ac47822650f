#include "ops/case_graph.h"

namespace weft {

Graph case_graph(const Op& op, const OpCase& op_case) {
  Graph graph(fmt::format("{}/{}", op.name, op_case.name));
  const std::vector<Value> results = op_case.build(graph);
  for (std::size_t i = 0; i < results.size(); ++i) graph.output(fmt::format("result{}", i), results[i]);
  return graph;
}

}  // namespace weft

#include "backends/finite_check.h"

#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "backends/executable.h"
#include "graph/order.h"

namespace weft {
namespace {

std::string output_name(ValueId value) { return fmt::format("value {} of the check", value.index); }

/// The graph with every floating-point value as an output, so that no pass can take it away.
Graph with_all_outputs(const Graph& graph) {
  Graph all = graph.clone();
  for (const NodeId id : all.nodes())
    for (const ValueId value : all.node(id).results)
      if (is_float(all.type(value).dtype)) all.output(output_name(value), all.value(value));
  return all;
}

std::shared_ptr<Variables> copy_of(const Variables& variables, const Graph& graph) {
  auto copy = std::make_shared<Variables>();
  copy->initialise(graph);
  for (const auto& [name, tensor] : variables.snapshot()) copy->set(name, tensor);
  return copy;
}

std::int64_t count_not_finite(const Tensor& tensor) {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < tensor.shape().volume(); ++i) count += std::isfinite(tensor.number(i)) ? 0 : 1;
  return count;
}

}  // namespace

void require_finite(const Graph& graph, const Backend& backend, const TensorMap& inputs, const Variables& variables) {
  const Graph all = with_all_outputs(graph);
  CompileOptions options;
  options.variables = copy_of(variables, graph);
  const TensorMap outputs = compile(all, backend, options).run(inputs);
  for (const NodeId id : topological_order(graph))
    for (const ValueId value : graph.node(id).results) {
      const auto at = outputs.find(output_name(value));
      if (at == outputs.end()) continue;
      const std::int64_t count = count_not_finite(at->second);
      require(count == 0, "{} '{}' is the first value with elements that are infinite or no number: {} of {}, {}",
              graph.node(id).op->name, graph.value_name(value), count, at->second.shape().volume(),
              at->second.type().to_string());
    }
}

}  // namespace weft

#include "models/training/accumulation.h"

#include <string>

#include "ops/ops.h"

namespace weft {
namespace {

constexpr const char* scope_name = "accumulated";

Value declare_weight(Graph& graph) { return graph.state("weight", {DType::f32, Shape{}}); }

Value zeros_like(Value x) { return broadcast(x.graph().constant(0.0), x.shape()); }

Value declare_sum(Graph& graph, Value parameter) { return graph.state(parameter.name(), parameter.type()); }

}  // namespace

void accumulate_gradients(std::span<const Value> parameters, std::span<const Value> sums, Value weight) {
  Graph& graph = weight.graph();
  const Graph::Scope scope = graph.absolute_scope(scope_name);
  const Value last_weight = declare_weight(graph);
  graph.update(last_weight, accumulate(last_weight, weight));
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Value last = declare_sum(graph, parameters[i]);
    graph.update(last, accumulate(last, sums[i]));
  }
}

std::vector<Value> take_accumulated(std::span<const Value> parameters) {
  Graph& graph = parameters.front().graph();
  const Graph::Scope scope = graph.absolute_scope(scope_name);
  const Value weight = declare_weight(graph);
  graph.update(weight, zeros_like(weight));
  std::vector<Value> means;
  for (const Value parameter : parameters) {
    const Value sum = declare_sum(graph, parameter);
    means.push_back(sum / weight);
    graph.update(sum, zeros_like(sum));
  }
  return means;
}

bool is_accumulated(std::string_view variable) { return variable.starts_with(std::string(scope_name) + '/'); }

}  // namespace weft

#include "tools/inspect/tensor_draws.h"

#include <cmath>

#include "graph/base/random.h"

namespace weft::inspect {
namespace {

double draw(const CounterRandom& random, std::uint64_t index, const TensorType& type, const DrawRange& range) {
  const DType dtype = type.dtype;
  if (is_float(dtype) && type.shape.rank() == 0 && range.rate_high) return random.uniform(index, 0.0, *range.rate_high);
  if (is_float(dtype)) return random.uniform(index, range.low, range.high);
  if (dtype == DType::boolean) return std::floor(random.uniform(index, 0.0, 2.0));
  // One past the end, so that cutting off the fraction gives each integer the same share.
  return std::floor(random.uniform(index, range.integer_low, range.integer_high + 1.0));
}

}  // namespace

TensorMap draw_inputs(const Graph& graph, std::uint64_t seed, const DrawRange& range) {
  TensorMap inputs;
  for (const NodeId id : graph.leaves(leaf::input)) {
    const Node& node = graph.node(id);
    Tensor tensor(graph.type(node.results[0]));
    const CounterRandom random(seed, node.name);
    for (std::int64_t i = 0; i < tensor.shape().volume(); ++i)
      tensor.set_number(i, draw(random, static_cast<std::uint64_t>(i), tensor.type(), range));
    inputs.emplace(node.name, std::move(tensor));
  }
  return inputs;
}

}  // namespace weft::inspect

#include "models/nmt/network/dropout.h"

#include <fmt/format.h>

#include "ops/ops.h"

namespace weft::nmt {

Dropout::Dropout(Graph& graph, const DropoutConfig& rates, std::uint64_t seed) : rates_(rates), seed_(seed) {
  if (!rates.any()) return;
  const Graph::Scope scope = graph.absolute_scope("dropout");
  const Value last_step = graph.state("step", {DType::i32, Shape{}});
  step_ = last_step + 1.0;
  graph.update(last_step, step_);
}

Value Dropout::embedding(Value x, std::string_view side, std::int64_t step) const {
  return drop(x, rates_.embedding, fmt::format("{}/embedding/{}", side, step));
}

Value Dropout::between_layers(Value x, std::string_view side, std::size_t layer, std::int64_t step) const {
  return drop(x, rates_.layers, fmt::format("{}/layer{}/{}", side, layer, step));
}

Value Dropout::context(Value x, std::int64_t step) const {
  return drop(x, rates_.context, fmt::format("context/{}", step));
}

Value Dropout::output(Value x, std::int64_t step) const {
  return drop(x, rates_.output, fmt::format("output/{}", step));
}

Value Dropout::recurrent(Value x, std::string_view side) const {
  return drop(x, rates_.recurrent, fmt::format("{}/recurrent", side));
}

Value Dropout::drop(Value x, double rate, std::string_view stream) const {
  return rate > 0 ? dropout(x, step_, {.rate = rate, .seed = seed_, .stream = stream}) : x;
}

}  // namespace weft::nmt

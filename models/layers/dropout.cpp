#include "models/layers/dropout.h"

#include "ops/ops.h"

namespace weft::layers {

Dropout::Dropout(Graph& graph, std::uint64_t seed) : seed_(seed) {
  const Graph::Scope scope = graph.absolute_scope("dropout");
  const Value last_step = graph.state("step", {DType::i32, Shape{}});
  step_ = last_step + 1.0;
  graph.update(last_step, step_);
}

Value Dropout::operator()(Value x, double rate, std::string_view stream) const {
  return step_ && rate > 0 ? dropout(x, step_, {.rate = rate, .seed = seed_, .stream = stream}) : x;
}

}  // namespace weft::layers

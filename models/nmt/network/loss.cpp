#include "models/nmt/network/loss.h"

namespace weft::nmt {

Value declare_loss(const Forward& forward, LossNormalisation normalisation, double label_smoothing) {
  return masked_cross_entropy(forward.logits, forward.targets, normalisation, label_smoothing, 1).named("loss");
}

Value is_word(const Forward& forward) {
  Graph& graph = forward.logits.graph();
  const DType dtype = forward.logits.dtype();
  const Value padding = equal(forward.targets, graph.constant(Tensor::scalar<std::int32_t>(0)));
  return select(padding, graph.constant(0.0, dtype), graph.constant(1.0, dtype));
}

Value loss_divisor(Value word, LossNormalisation normalisation) {
  return normalisation == LossNormalisation::token_mean
             ? reduce_sum(word)
             : word.graph().constant(static_cast<double>(word.shape()[1]), word.dtype());
}

}  // namespace weft::nmt

#include "models/nmt/network/hard_attention.h"

#include "models/nmt/network/loss.h"
#include "models/nmt/network/steps.h"
#include "passes/autodiff/autodiff.h"

namespace weft::nmt {
namespace {

/// The log probability of each word of the target: [time, rows].
Value word_log_probabilities(const Forward& forward) {
  const Value zero = forward.logits.graph().constant(0.0, forward.logits.dtype());
  const Value at_target = is_at(forward.targets, forward.logits.shape()[2]);
  return reduce_sum(select(at_target, log_softmax(forward.logits), zero), {2});
}

/// y[t] = sum over s >= t of x[s], along the first axis of [time, rows].
Value sums_from_here_on(Value x) {
  const std::int64_t time = x.shape()[0];
  Tensor upper({x.dtype(), {time, time}});
  for (std::int64_t t = 0; t < time; ++t)
    for (std::int64_t s = t; s < time; ++s) upper.set_number(t * time + s, 1.0);
  return matmul(x.graph().constant(upper), x);
}

/// [time, rows]: 1 at each word of the target that a position was drawn for, 0 elsewhere.
Value has_drawn(const Forward& forward) {
  const Value word = is_word(forward);
  if (!forward.expected) return word;
  Graph& graph = word.graph();
  return select(forward.expected, graph.constant(0.0, word.dtype()), word);
}

}  // namespace

Value gumbel(Value uniform) { return -log(-log(uniform)); }

std::vector<Value> hard_attention_gradients(const Forward& forward, Value loss, Value baseline,
                                            const TrainingConfig& training, std::span<const Value> parameters) {
  Graph& graph = loss.graph();
  const Value word = is_word(forward);
  const Value divisor = loss_divisor(word, training.normalisation);
  const Value entropy = training.entropy_weight * forward.position_entropies;
  const Value reward = sums_from_here_on((word_log_probabilities(forward) + entropy - baseline) * has_drawn(forward));
  const Value results[] = {loss, forward.position_log_probabilities, forward.position_entropies};
  const Value cotangents[] = {graph.constant(1.0, loss.dtype()), -reward / divisor,
                              word * -training.entropy_weight / divisor};
  return vector_jacobian(results, cotangents, parameters);
}

Value moved_baseline(Value baseline, const Forward& forward, double decay) {
  const Value drawn = has_drawn(forward);
  const Value count = reduce_sum(drawn);
  const Value none = equal(count, count.graph().constant(0.0, count.dtype()));
  const Value divisor = select(none, count.graph().constant(1.0, count.dtype()), count);
  const Value mean = reduce_sum(word_log_probabilities(forward) * drawn) / divisor;
  return select(none, baseline, decay * baseline + (1.0 - decay) * mean);
}

}  // namespace weft::nmt

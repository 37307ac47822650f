#include "graph/base/error.h"
#include "models/nmt/network/hard_attention.h"
#include "models/nmt/network/loss.h"
#include "models/nmt/network/model.h"
#include "models/training/accumulation.h"
#include "ops/optimisers.h"
#include "passes/autodiff/autodiff.h"

namespace weft::nmt {
namespace {

/// The positions are drawn anew for each row, sample and step of the training, as are the rows that take the
/// expectation instead.
Sampling declare_sampling(Graph& graph, const TrainingConfig& training, const ModelShape& shape) {
  const Graph::Scope scope = graph.scope("sampling");
  const std::int64_t rows = training.monte_carlo_samples * shape.rows;
  const Value steps = graph.state("steps", {DType::i32, Shape{}});
  graph.update(steps, steps + graph.constant(Tensor::scalar<std::int32_t>(1)));
  const auto uniform = [&](const Shape& of, std::string_view stream) {
    return random_uniform(steps, graph.constant(0.0), graph.constant(1.0), of, static_cast<std::int64_t>(training.seed),
                          stream);
  };
  Sampling sampling;
  sampling.samples = training.monte_carlo_samples;
  sampling.noise = gumbel(uniform({shape.target_length - 1, rows, shape.source_length}, "attention"));
  if (training.expected_attention > 0)
    sampling.expected = less(uniform({rows}, "expected"), graph.constant(training.expected_attention));
  return sampling;
}

/// The loss's gradients, estimated with the baseline of the steps before, which then moves on.
std::vector<Value> declare_estimate(Graph& graph, const Forward& forward, Value loss, const TrainingConfig& training,
                                    std::span<const Value> parameters) {
  const Graph::Scope scope = graph.scope("sampling");
  const Value baseline = graph.state("baseline", {loss.dtype(), Shape{}});
  graph.update(baseline, moved_baseline(baseline, forward, training.baseline_decay));
  return hard_attention_gradients(forward, loss, baseline, training, parameters);
}

/// Both null where they are not needed.
struct Rates {
  Value learning_rate;
  Value average_weight;
};
Rates declare_rates(Graph& graph, const TrainingConfig& training) {
  const Value learning_rate = graph.input("learning_rate", DType::f32, {});
  return {learning_rate, training.average > 0 ? graph.input("average_weight", DType::f32, {}) : Value{}};
}

/// The parameters take a step against the gradients.
void declare_update(Graph& graph, std::span<const Value> parameters, std::vector<Value> grads, const Rates& rates,
                    const TrainingConfig& training) {
  graph.output("gradient_norm", global_norm(grads));
  if (training.clip_norm > 0) grads = clip_by_global_norm(grads, training.clip_norm);
  Adam(graph).update(parameters, grads, rates.learning_rate, {.weight_decay = training.weight_decay});
  if (rates.average_weight) moving_average(parameters, rates.average_weight);
}

}  // namespace

Graph loss_graph(const ModelConfig& config, const ModelShape& shape, LossNormalisation normalisation) {
  Graph graph("nmt_loss");
  const Forward forward = declare_forward(graph, declare_parameters(graph, config), config, shape);
  graph.output("loss", declare_loss(forward, normalisation, 0.0));
  return graph;
}

Graph training_graph(const ModelConfig& config, const TrainingConfig& training, const ModelShape& shape) {
  Graph graph("nmt_training");
  const Parameters parameters = declare_parameters(graph, config);
  const bool accumulates = training.accumulate > 1;
  const Rates rates = accumulates ? Rates{} : declare_rates(graph, training);
  const bool hard = config.attention == AttentionKind::hard;
  const Sampling sampling = hard ? declare_sampling(graph, training, shape) : Sampling{};
  const Dropout dropout(graph, training.dropout, training.seed);
  const Forward forward = declare_forward(graph, parameters, config, shape, sampling, dropout);
  const Value loss = declare_loss(forward, training.normalisation, training.label_smoothing);

  const std::vector<Value> all = graph.parameters();
  const Value weight = accumulates ? loss_divisor(is_word(forward), training.normalisation) : Value{};
  std::vector<Value> grads =
      hard ? declare_estimate(graph, forward, loss, training, all) : gradients(accumulates ? loss * weight : loss, all);
  const Graph::Scope scope = graph.scope("update");
  graph.output("loss", loss);
  if (accumulates) {
    if (hard)
      for (Value& grad : grads) grad = grad * weight;
    accumulate_gradients(all, grads, weight);
  } else {
    declare_update(graph, all, std::move(grads), rates, training);
  }
  return graph;
}

Graph update_graph(const ModelConfig& config, const TrainingConfig& training) {
  Graph graph("nmt_update");
  declare_parameters(graph, config);
  const std::vector<Value> all = graph.parameters();
  const Rates rates = declare_rates(graph, training);
  const std::vector<Value> means = take_accumulated(all);
  const Graph::Scope scope = graph.scope("update");
  declare_update(graph, all, means, rates, training);
  return graph;
}

}  // namespace weft::nmt

// The estimator of hard attention's gradient, proven on a sentence so short that all sequences of positions can be
// enumerated: no statistics.

#include "models/nmt/network/hard_attention.h"

#include <doctest/doctest.h>

#include <cmath>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "ops/ops.h"
#include "passes/autodiff/autodiff.h"
#include "passes/float_type.h"

using namespace weft;
using namespace weft::nmt;

namespace {

constexpr std::int64_t positions = 3;
constexpr std::int64_t words = 2;
constexpr std::int64_t sequences = 9;  // positions to the power of words

ModelConfig hard_config() {
  return {.source_vocabulary = 5, .target_vocabulary = 6, .embedding = 2, .units = 3, .attention = AttentionKind::hard};
}

/// Noise [words, rows, positions] that makes each row choose the positions of its sequence, whatever the scores.
Tensor noise_for(const std::vector<std::int64_t>& rows) {
  const auto count = std::ssize(rows);
  Tensor noise({DType::f64, {words, count, positions}});
  for (std::int64_t row = 0; row < count; ++row) {
    std::int64_t rest = rows[static_cast<std::size_t>(row)];
    for (std::int64_t word = 0; word < words; ++word, rest /= positions)
      noise.set_number((word * count + row) * positions + rest % positions, 1e3);
  }
  return noise;
}

TensorMap sentence(bool padded) {
  TensorMap inputs;
  inputs["source"] = Tensor::of<std::int32_t>({1, positions}, {1, 4, 2});
  inputs["source_lengths"] = Tensor::of<std::int32_t>({1}, {3});
  inputs["target"] = Tensor::of<std::int32_t>({1, words + 1}, {1, 5, padded ? 0 : 2});
  return inputs;
}

Value row_loss(const Forward& forward, std::int64_t row) {
  return masked_cross_entropy(slice(forward.logits, 1, row, row + 1), slice(forward.targets, 1, row, row + 1),
                              LossNormalisation::token_mean, 0.0, 1);
}

/// The graph's results, those of an estimate with "probability" of the sequence in its first row, from the same weights
/// each time.
TensorMap run(const Graph& graph, TensorMap inputs, const std::vector<std::int64_t>& rows) {
  inputs["noise"] = noise_for(rows);
  Execution execution(compile(with_float_type(graph, DType::f64), reference_backend()), {.seed = 9});
  return execution.run(inputs);
}

void output_gradients(Graph& graph, const std::vector<Value>& parameters, const std::vector<Value>& grads) {
  for (std::size_t i = 0; i < parameters.size(); ++i) graph.output(parameters[i].name(), grads[i]);
}

Value rows_of(Graph& graph, const std::vector<bool>& rows) {
  Tensor tensor({DType::boolean, {std::ssize(rows)}});
  for (std::size_t row = 0; row < rows.size(); ++row) tensor.set_number(static_cast<std::int64_t>(row), rows[row]);
  return graph.constant(tensor);
}

/// sum over all z of p(z) (loss(z) - entropy_weight / M sum of entropies), differentiated as it stands.
Graph exact_graph(const TrainingConfig& training, double words_of_target) {
  Graph graph("exact");
  const Parameters parameters = declare_parameters(graph, hard_config());
  const Value noise = graph.input("noise", DType::f32, {words, sequences, positions});
  const Forward forward =
      declare_forward(graph, parameters, hard_config(), {1, positions, words + 1}, {sequences, noise, {}});
  Value objective;
  for (std::int64_t row = 0; row < sequences; ++row) {
    const auto of_row = [&](Value all) { return slice(all, 1, row, row + 1); };
    const Value probability = exp(reduce_sum(of_row(forward.position_log_probabilities)));
    const Value entropies = words_of_target == words ? of_row(forward.position_entropies)
                                                     : slice(of_row(forward.position_entropies), 0, 0, 1);
    const Value term =
        probability * (row_loss(forward, row) - reduce_sum(entropies) * (training.entropy_weight / words_of_target));
    objective = objective ? objective + term : term;
  }
  output_gradients(graph, graph.parameters(), gradients(objective, graph.parameters()));
  return graph;
}

/// What a training step estimates from the sequences of its samples; `expected` are the rows that take the expectation.
Graph estimate_graph(const TrainingConfig& training, const std::vector<bool>& expected = {}) {
  Graph graph("estimate");
  const Parameters parameters = declare_parameters(graph, hard_config());
  const std::int64_t samples = training.monte_carlo_samples;
  const Value noise = graph.input("noise", DType::f32, {words, samples, positions});
  const Forward forward = declare_forward(graph, parameters, hard_config(), {1, positions, words + 1},
                                          {samples, noise, expected.empty() ? Value{} : rows_of(graph, expected)});
  const Value loss = masked_cross_entropy(forward.logits, forward.targets, training.normalisation, 0.0, 1);
  const Value baseline = graph.constant(-0.7);
  output_gradients(graph, graph.parameters(),
                   hard_attention_gradients(forward, loss, baseline, training, graph.parameters()));
  graph.output("probability", exp(reduce_sum(slice(forward.position_log_probabilities, 1, 0, 1))));
  return graph;
}

/// The gradients of the loss of soft attention with the same scores.
Graph soft_graph() {
  ModelConfig config = hard_config();
  config.attention = AttentionKind::additive;
  Graph graph("soft");
  const Parameters parameters = declare_parameters(graph, config);
  graph.input("noise", DType::f32, {words, 1, positions});
  const Forward forward = declare_forward(graph, parameters, config, {1, positions, words + 1});
  output_gradients(graph, graph.parameters(), gradients(row_loss(forward, 0), graph.parameters()));
  return graph;
}

}  // namespace

TEST_CASE("the mean of the estimated gradient over all sequences of positions is the exact gradient") {
  for (const bool padded : {false, true})
    for (const LossNormalisation normalisation : {LossNormalisation::token_mean, LossNormalisation::batch_mean}) {
      if (padded && normalisation == LossNormalisation::batch_mean) continue;
      CAPTURE(padded);
      TrainingConfig training;
      training.entropy_weight = 0.3;
      const double words_of_target = padded ? 1.0 : 2.0;
      const TensorMap exact =
          run(exact_graph(training, words_of_target), sentence(padded), {0, 1, 2, 3, 4, 5, 6, 7, 8});
      training.normalisation = normalisation;
      // With one sentence, the sum over its words is so many times their mean.
      const double scale = normalisation == LossNormalisation::batch_mean ? words_of_target : 1.0;

      const Graph estimate = estimate_graph(training);
      TensorMap mean;
      double whole = 0.0;
      double spread =
          0.0;  // of one element over the sequences: an estimate that does not depend on them proves nothing
      for (std::int64_t sequence = 0; sequence < sequences; ++sequence) {
        const TensorMap results = run(estimate, sentence(padded), {sequence});
        const double probability = results.at("probability").number(0);
        whole += probability;
        for (const auto& [name, gradient] : results) {
          if (name == "probability") continue;
          Tensor& sum = mean.try_emplace(name, gradient.type()).first->second;
          for (std::int64_t i = 0; i < gradient.shape().volume(); ++i)
            sum.set_number(i, sum.number(i) + probability * gradient.number(i));
        }
        spread = std::max(spread, std::abs(results.at("attention/w1").number(0) - exact.at("attention/w1").number(0)));
      }
      CHECK(whole == doctest::Approx(1.0).epsilon(1e-12));
      CHECK(spread > 1e-3);
      for (const auto& entry : exact) {
        const auto& [name, gradient] = entry;
        CAPTURE(entry.first);
        double largest = 0.0;
        for (std::int64_t i = 0; i < gradient.shape().volume(); ++i) {
          largest = std::max(largest, std::abs(gradient.number(i)));
          CHECK(std::abs(mean.at(name).number(i) - scale * gradient.number(i)) < 1e-12);
        }
        if (name != "attention/bv") CHECK(largest > 1e-6);
      }
    }
}

TEST_CASE("the estimate of several samples is the mean of theirs") {
  TrainingConfig training;
  const TensorMap one = run(estimate_graph(training), sentence(false), {1});
  const TensorMap other = run(estimate_graph(training), sentence(false), {5});
  training.monte_carlo_samples = 2;
  const TensorMap both = run(estimate_graph(training), sentence(false), {1, 5});
  for (const auto& entry : both) {
    const auto& [name, gradient] = entry;
    if (name == "probability") continue;
    CAPTURE(entry.first);
    for (std::int64_t i = 0; i < gradient.shape().volume(); ++i)
      CHECK(std::abs(gradient.number(i) - (one.at(name).number(i) + other.at(name).number(i)) / 2) < 1e-12);
  }
}

TEST_CASE("a row that takes the expectation has the gradient of soft attention") {
  TrainingConfig training;
  training.entropy_weight = 0.0;
  const TensorMap soft = run(soft_graph(), sentence(false), {0});
  const TensorMap expected = run(estimate_graph(training, {true}), sentence(false), {5});
  const TensorMap drawn = run(estimate_graph(training, {false}), sentence(false), {5});
  training.monte_carlo_samples = 2;
  const TensorMap both = run(estimate_graph(training, {false, true}), sentence(false), {5, 5});
  double difference = 0.0;  // what is drawn and what is expected are not the same to begin with
  for (const auto& entry : soft) {
    const auto& [name, gradient] = entry;
    CAPTURE(entry.first);
    for (std::int64_t i = 0; i < gradient.shape().volume(); ++i) {
      CHECK(std::abs(expected.at(name).number(i) - gradient.number(i)) < 1e-12);
      CHECK(std::abs(both.at(name).number(i) - (drawn.at(name).number(i) + gradient.number(i)) / 2) < 1e-12);
      difference = std::max(difference, std::abs(drawn.at(name).number(i) - gradient.number(i)));
    }
  }
  CHECK(difference > 1e-2);
}

TEST_CASE("when all rows take the expectation nothing is drawn, and the baseline stays") {
  TrainingConfig training;
  training.expected_attention = 1.0;
  Execution execution = compile(training_graph(hard_config(), training, {1, positions, words + 1}), onednn_backend());
  TensorMap inputs = sentence(false);
  inputs["learning_rate"] = Tensor::scalar(0.0F);
  const double first = execution.run(inputs).at("loss").number(0);
  for (int step = 0; step < 8; ++step) CHECK(execution.run(inputs).at("loss").number(0) == first);
  CHECK(execution.variables().get("sampling/baseline").number(0) == 0.0);
}

TEST_CASE("the highest sum of score and Gumbel noise is drawn as often as the softmax says") {
  constexpr std::int64_t draws = 20000;
  Graph graph;
  const Value uniform = random_uniform(graph.constant(Tensor::scalar<std::int32_t>(1)), graph.constant(0.0),
                                       graph.constant(1.0), {draws, 3}, 5, "test");
  const std::vector<float> scores{std::log(0.2F), std::log(0.5F), std::log(0.3F)};
  graph.output("drawn", argmax(graph.constant(Tensor::of<float>({3}, scores)) + gumbel(uniform), -1));
  const TensorMap results = Execution(compile(graph, onednn_backend())).run(TensorMap{});
  double counts[3] = {};
  for (const std::int32_t place : results.at("drawn").as<std::int32_t>()) counts[place] += 1.0 / draws;
  CHECK(counts[0] == doctest::Approx(0.2).epsilon(0.05));
  CHECK(counts[1] == doctest::Approx(0.5).epsilon(0.03));
  CHECK(counts[2] == doctest::Approx(0.3).epsilon(0.04));
}

TEST_CASE("the baseline moves to the mean log probability of the words, and the positions are drawn anew") {
  TrainingConfig training;
  training.baseline_decay = 0.75;
  training.expected_attention = 0.0;
  Execution execution = compile(training_graph(hard_config(), training, {1, positions, words + 1}), onednn_backend());
  TensorMap inputs = sentence(false);
  inputs["learning_rate"] = Tensor::scalar(1e-9F);
  const double first = execution.run(inputs).at("loss").number(0);
  CHECK(execution.variables().get("sampling/baseline").number(0) == doctest::Approx(-0.25 * first).epsilon(1e-5));
  const double second = execution.run(inputs).at("loss").number(0);
  CHECK(execution.variables().get("sampling/baseline").number(0) ==
        doctest::Approx(-0.75 * 0.25 * first - 0.25 * second).epsilon(1e-5));
  CHECK(execution.variables().get("sampling/steps").number(0) == 2.0);
  bool differs = false;
  for (int step = 0; step < 8; ++step) differs = differs || execution.run(inputs).at("loss").number(0) != second;
  CHECK(differs);
}

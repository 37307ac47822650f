// Several batches that make one update: what it is, when it comes, and that a training goes on from between them.

#include "models/training/accumulation.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "backends/onednn/threads.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "models/nmt/network/model.h"
#include "passes/float_type.h"
#include "tests/models/nmt/network/tiny_training.h"

using namespace weft;
using namespace weft::nmt;

namespace {

constexpr std::int64_t source_length = 4;
constexpr std::int64_t target_length = 5;

/// Rows [first, last) of four sentences, of which none has as many words as another on the target's side.
TensorMap sentences(std::int64_t first, std::int64_t last) {
  const std::vector<std::int32_t> source{1, 5, 9, 2, 1, 11, 2, 0, 1, 2, 0, 0, 1, 7, 8, 2};
  const std::vector<std::int32_t> source_lengths{4, 3, 2, 4};
  const std::vector<std::int32_t> target{1, 8, 3, 18, 2, 1, 2, 0, 0, 0, 1, 4, 2, 0, 0, 1, 6, 6, 2, 0};
  const auto rows = [&](const std::vector<std::int32_t>& all, std::int64_t width) {
    return std::vector<std::int32_t>(all.begin() + first * width, all.begin() + last * width);
  };
  const std::int64_t count = last - first;
  return {{"source", Tensor::of<std::int32_t>({count, source_length}, rows(source, source_length))},
          {"source_lengths", Tensor::of<std::int32_t>({count}, rows(source_lengths, 1))},
          {"target", Tensor::of<std::int32_t>({count, target_length}, rows(target, target_length))}};
}

TensorMap with_rates(TensorMap inputs, double average_weight) {
  inputs["learning_rate"] = Tensor::full({DType::f64, {}}, 0.05);
  inputs["average_weight"] = Tensor::full({DType::f64, {}}, average_weight);
  return inputs;
}

/// The graphs of a training in float64, which share their variables.
class ExactTraining {
 public:
  ExactTraining(const ModelConfig& model, const TrainingConfig& training) : model_(model), training_(training) {}

  double batch(std::int64_t first, std::int64_t last, double average_weight = 0.0) {
    TensorMap inputs = sentences(first, last);
    if (training_.accumulate == 1) inputs = with_rates(std::move(inputs), average_weight);
    return run(training_graph(model_, training_, {last - first, source_length, target_length}), inputs)
        .at(training_.accumulate == 1 ? "gradient_norm" : "loss")
        .number(0);
  }
  double update(double average_weight) {
    return run(update_graph(model_, training_), with_rates({}, average_weight)).at("gradient_norm").number(0);
  }
  const Variables& variables() const { return *variables_; }

 private:
  TensorMap run(const Graph& graph, const TensorMap& inputs) {
    return Execution(compile(with_float_type(graph, DType::f64), reference_backend()), {.variables = variables_})
        .run(inputs);
  }

  ModelConfig model_;
  TrainingConfig training_;
  std::shared_ptr<Variables> variables_ = std::make_shared<Variables>(5);
};

Config accumulating(std::int64_t batches) {
  Config config = tiny_config();
  config.training.accumulate = batches;
  config.training.dropout = {.embedding = 0.1, .output = 0.2};
  config.training.average = 0.9;
  return config;
}

struct AccumulatingSession {
  explicit AccumulatingSession(const Config& config)
      : examples(tiny_examples(64)), variables(std::make_shared<Variables>(7)), trainer(config, examples, variables) {}

  std::vector<Example> examples;
  std::shared_ptr<Variables> variables;
  TinyTraining trainer;
};

}  // namespace

TEST_CASE("the update of several batches is that of one batch of all their sentences") {
  const ModelConfig model{.source_vocabulary = 12, .target_vocabulary = 19, .embedding = 3, .units = 4};
  for (const LossNormalisation normalisation : {LossNormalisation::token_mean, LossNormalisation::batch_mean})
    for (const double clip_norm : {0.0, 0.1}) {
      CAPTURE(std::string(to_string(normalisation)));
      CAPTURE(clip_norm);
      TrainingConfig training;
      training.normalisation = normalisation;
      training.clip_norm = clip_norm;
      training.average = 0.9;
      training.label_smoothing = 0.1;
      training.weight_decay = 0.1;
      ExactTraining whole(model, training);
      training.accumulate = 3;
      ExactTraining parts(model, training);
      for (const double average_weight : {1.0, 0.25}) {  // two updates: the second one begins with nothing
        const double norm = whole.batch(0, 4, average_weight);
        parts.batch(0, 1);
        parts.batch(1, 3);
        parts.batch(3, 4);
        CHECK(parts.update(average_weight) == doctest::Approx(norm).epsilon(1e-12));
        CHECK(norm > 0.1);  // so that clipping does something
      }
      for (const std::string& name : whole.variables().names()) {
        CAPTURE(name);
        const Tensor& expected = whole.variables().get(name);
        const Tensor& actual = parts.variables().get(name);
        REQUIRE(actual.shape() == expected.shape());
        double difference = 0.0;
        for (std::int64_t i = 0; i < expected.shape().volume(); ++i)
          difference = std::max(difference, std::abs(expected.number(i) - actual.number(i)));
        // Adam divides by the root of the second moment: of a gradient that is 0 but for rounding, the sign counts.
        if (!name.ends_with("attention/bv")) CHECK(difference < 1e-9);
      }
    }
}

TEST_CASE("hard attention accumulates its estimates as well") {
  ModelConfig model{.source_vocabulary = 12, .target_vocabulary = 19, .embedding = 3, .units = 4};
  model.attention = AttentionKind::hard;
  TrainingConfig training;
  training.average = 0.9;
  ExactTraining whole(model, training);
  training.accumulate = 2;
  ExactTraining parts(model, training);
  // The same draws and baseline: one batch, which alone makes the update.
  const double norm = whole.batch(0, 2, 1.0);
  parts.batch(0, 2);
  CHECK(parts.update(1.0) == doctest::Approx(norm).epsilon(1e-12));
}

TEST_CASE("every so many batches make an update, and so does the rest at the end of an epoch") {
  AccumulatingSession session(accumulating(4));
  const auto batches = static_cast<std::int64_t>(batch_plan(accumulating(4), session.examples)->batches_per_epoch());
  REQUIRE(batches % 4 != 0);
  CHECK(session.trainer.steps_per_epoch() == batches / 4 + 1);
  std::vector<std::int64_t> updates;
  session.trainer.run_epoch([&](const StepReport& report) {
    if (report.updated) updates.push_back(report.batch);
    CHECK((report.gradient_norm > 0) == (session.trainer.state().step > 0));
    return true;
  });
  REQUIRE(std::ssize(updates) == session.trainer.steps_per_epoch());
  for (std::size_t i = 0; i + 1 < updates.size(); ++i) CHECK(updates[i] == 4 * (static_cast<std::int64_t>(i) + 1));
  CHECK(updates.back() == batches);
  CHECK(session.trainer.state().step == std::ssize(updates));
  // Steps are updates; draws are of batches. Nothing is left for the next epoch.
  CHECK(session.variables->get("adam/step").number(0) == static_cast<double>(updates.size()));
  CHECK(session.variables->get("dropout/step").number(0) == static_cast<double>(batches));
  for (const std::string& name : session.variables->names()) {
    if (!name.starts_with("accumulated/")) continue;
    const Tensor& sum = session.variables->get(name);
    for (std::int64_t i = 0; i < sum.shape().volume(); ++i) CHECK(sum.number(i) == 0.0);
  }
}

TEST_CASE("a training that was stopped within an update ends it, and gives the bits of an undisturbed one" *
          doctest::test_suite("slow")) {
  AccumulatingSession undisturbed(accumulating(4));
  for (int epoch = 0; epoch < 2; ++epoch) undisturbed.trainer.run_epoch({});
  for (const std::int64_t batches : {3, 4, 6}) {
    AccumulatingSession interrupted(accumulating(4));
    interrupted.trainer.run_epoch([&](const StepReport& report) { return report.batch < batches; });
    const Checkpoint checkpoint = interrupted.trainer.checkpoint();
    CHECK(checkpoint.state.batch_in_epoch == (batches + 3) / 4 * 4);
    CHECK(checkpoint.state.step == (batches + 3) / 4);
    CHECK_FALSE(checkpoint.variables.contains("accumulated/weight"));

    AccumulatingSession resumed(accumulating(4));
    resumed.trainer.restore(checkpoint);
    for (int epoch = 0; epoch < 2; ++epoch) resumed.trainer.run_epoch({});
    CHECK(resumed.trainer.state() == undisturbed.trainer.state());
    CHECK(resumed.variables->snapshot() == undisturbed.variables->snapshot());
  }
}

TEST_CASE("a checkpoint of an earlier version has the sums as well: zeros, or those of half an update") {
  AccumulatingSession session(accumulating(4));
  session.trainer.run_epoch([](const StepReport&) { return false; });
  Checkpoint checkpoint{session.variables->snapshot(), session.trainer.state()};
  REQUIRE(checkpoint.variables.contains("accumulated/weight"));
  CHECK_NOTHROW(session.trainer.restore(checkpoint));
  checkpoint.state.batch_in_epoch = 6;
  CHECK_THROWS_WITH(session.trainer.restore(checkpoint),
                    "the checkpoint was written between the batches of an update, by an earlier version; go on from "
                    "another one");
}

TEST_CASE("accumulation gives the same bits with any number of threads, and learns") {
  const auto trained = [](int threads) {
    const int before = onednn::thread_count();
    onednn::set_thread_count(threads);
    AccumulatingSession session(accumulating(2));
    const double first = session.trainer.run_epoch({})->loss;
    double last = first;
    for (int epoch = 0; epoch < 9; ++epoch) last = session.trainer.run_epoch({})->loss;
    CHECK(last < 0.85 * first);
    onednn::set_thread_count(before);
    return session.variables->snapshot();
  };
  CHECK(trained(1) == trained(3));
}

TEST_CASE("one batch an update is the training step as it always was") {
  const Config config = tiny_config();
  const Graph graph = training_graph(config.model, config.training, {3, 4, 5});
  for (const NodeId id : graph.leaves(leaf::state)) CHECK_FALSE(graph.node(id).name.starts_with("accumulated/"));
  CHECK(graph.outputs().size() == 2);
}

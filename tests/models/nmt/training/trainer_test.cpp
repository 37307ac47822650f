#include <doctest/doctest.h>

#include <set>

#include "backends/onednn/threads.h"
#include "graph/base/error.h"
#include "graph/order.h"
#include "models/nmt/network/model.h"
#include "models/nmt/network/parameters.h"
#include "models/training/divergence.h"
#include "models/training/mean_loss.h"
#include "models/training/run/weights.h"
#include "models/training/schedule.h"
#include "tests/models/nmt/network/tiny_training.h"

using namespace weft;
using namespace weft::nmt;

namespace {

struct Session {
  explicit Session(const Config& session_config, std::size_t pairs = 64)
      : config(session_config),
        examples(tiny_examples(pairs)),
        variables(std::make_shared<Variables>(7)),
        trainer(config, examples, variables) {}

  Config config;
  std::vector<Example> examples;
  std::shared_ptr<Variables> variables;
  TinyTraining trainer;

  std::int64_t batches() const { return static_cast<std::int64_t>(batch_plan(config, examples)->batches_per_epoch()); }
  /// Once more, to where it diverged.
  std::optional<std::string> diverged(const std::optional<Checkpoint>& from, std::int64_t steps,
                                      const std::function<bool()>& go_on) const {
    return first_not_finite(training_task(config, examples), training_of(config, {}), from, steps, go_on);
  }
};

Config with_dropout() {
  Config config = tiny_config();
  config.training.dropout = {.embedding = 0.1, .context = 0.2, .output = 0.3, .recurrent = 0.15};
  return config;
}

/// The names of the draws in a graph.
std::set<std::string> dropout_streams(const Graph& graph) {
  std::set<std::string> streams;
  for (const NodeId id : topological_order(graph))
    if (graph.node(id).op->name == "dropout") streams.insert(graph.node(id).attributes.get<std::string>("stream"));
  return streams;
}

/// The weights after two epochs on that many threads.
TensorMap trained_on_threads(int threads, const Config& config = tiny_config()) {
  const int before = onednn::thread_count();
  onednn::set_thread_count(threads);
  Session session(config);
  session.trainer.run_epoch({});
  session.trainer.run_epoch({});
  onednn::set_thread_count(before);
  return session.variables->snapshot();
}

}  // namespace

TEST_CASE("training lowers the loss, in both variants and normalisations" * doctest::test_suite("slow")) {
  for (const Variant variant : {Variant::masked, Variant::tutorial})
    for (const LossNormalisation normalisation : {LossNormalisation::token_mean, LossNormalisation::batch_mean}) {
      Config config = tiny_config();
      config.model.variant = variant;
      config.training.normalisation = normalisation;
      Session session(config);
      const double first = session.trainer.run_epoch({})->loss;
      double last = first;
      for (int epoch = 0; epoch < 14; ++epoch) last = session.trainer.run_epoch({})->loss;
      CHECK(first < 3.2);  // a uniform guess costs log 19 = 2.94
      CHECK(last < 0.7 * first);
    }
}

TEST_CASE("the loss of a step is per token, whatever the normalisation") {
  Config config = tiny_config();
  config.training.learning_rate = 1e-9;
  Session token_mean(config);
  config.training.normalisation = LossNormalisation::batch_mean;
  Session batch_mean(config);
  const double a = token_mean.trainer.run_epoch({})->loss;
  const double b = batch_mean.trainer.run_epoch({})->loss;
  CHECK(a == doctest::Approx(b).epsilon(1e-5));
  MeanLoss validator(validation_task(config, token_mean.examples), token_mean.variables);
  CHECK(validator.measure() == doctest::Approx(a).epsilon(1e-5));
}

TEST_CASE("training gives the same bits with any number of threads" * doctest::test_suite("slow")) {
  const TensorMap one = trained_on_threads(1);
  CHECK(one == trained_on_threads(2));
  CHECK(one == trained_on_threads(3));
}

TEST_CASE("dropout is part of training alone, and draws the same with any number of threads") {
  const TensorMap one = trained_on_threads(1, with_dropout());
  CHECK(one == trained_on_threads(3, with_dropout()));
  const TensorMap plain = trained_on_threads(1);
  CHECK(one.at("output/kernel") != plain.at("output/kernel"));
  CHECK(one.at("dropout/step") == one.at("adam/step"));

  const Config config = with_dropout();
  const ModelShape shape{3, 4, 5};
  // Four words, four targets, as many contexts and outputs, and one stream for the recurrent products of each side.
  CHECK(dropout_streams(training_graph(config.model, config.training, shape)).size() == 4 + 4 + 4 + 4 + 2);
  CHECK(dropout_streams(loss_graph(config.model, shape, config.training.normalisation)).empty());
  CHECK(dropout_streams(training_graph(config.model, tiny_config().training, shape)).empty());
}

TEST_CASE("dropout between layers is of what each layer reads of the one below, at each step" *
          doctest::test_suite("slow")) {
  Config config = tiny_config();
  config.model.layers = 3;
  config.model.bidirectional = true;
  config.training.dropout.layers = 0.3;
  // Both directions of a layer read the same, so the same elements are dropped: one stream for both.
  const std::set<std::string> streams = dropout_streams(training_graph(config.model, config.training, {3, 4, 5}));
  for (const char* stream : {"encoder/layer1/0", "encoder/layer2/3", "decoder/layer1/3", "decoder/layer2/0"}) {
    CAPTURE(stream);
    CHECK(streams.contains(stream));
  }
  CHECK(streams.size() == 2 * 4 + 2 * 4);  // layers above the first, words or targets

  const TensorMap one = trained_on_threads(1, config);
  CHECK(one == trained_on_threads(3, config));
  config.training.dropout.layers = 0.0;
  CHECK(one.at("output/kernel") != trained_on_threads(1, config).at("output/kernel"));
}

TEST_CASE("training keeps a moving average of the weights, which translation reads") {
  Config config = tiny_config();
  config.training.average = 0.75;
  Session session(config);
  Tensor expected = Tensor::full(session.variables->get("output/kernel").type(), 0.0);
  std::int64_t step = 0;
  session.trainer.run_epoch([&](const StepReport&) {
    const double weight = average_weight(0.75, ++step);
    const Tensor& now = session.variables->get("output/kernel");
    for (std::int64_t i = 0; i < now.shape().volume(); ++i)
      expected.set_number(i, expected.number(i) + weight * (now.number(i) - expected.number(i)));
    return true;
  });
  REQUIRE(step > 3);
  const auto loaded = load_weights(parameters_graph(config.model), session.variables->snapshot());
  const Tensor& average = loaded->get("output/kernel");
  for (std::int64_t i = 0; i < average.shape().volume(); ++i)
    CHECK(average.number(i) == doctest::Approx(expected.number(i)).epsilon(1e-4));
  CHECK(average != session.variables->get("output/kernel"));
}

TEST_CASE("a resumed training gives the same bits as an undisturbed one" * doctest::test_suite("slow")) {
  Session undisturbed(tiny_config());
  for (int epoch = 0; epoch < 3; ++epoch) undisturbed.trainer.run_epoch({});

  Session interrupted(tiny_config());
  interrupted.trainer.run_epoch({});
  int steps = 0;
  const auto stopped = interrupted.trainer.run_epoch([&](const StepReport&) { return ++steps < 4; });
  CHECK_FALSE(stopped.has_value());
  CHECK(interrupted.trainer.state().batch_in_epoch == 4);
  const Checkpoint checkpoint = interrupted.trainer.checkpoint();

  Session resumed(tiny_config());
  resumed.trainer.run_epoch({});  // other content than the checkpoint's, to be overwritten
  resumed.trainer.restore(checkpoint);
  resumed.trainer.run_epoch({});
  resumed.trainer.run_epoch({});
  CHECK(resumed.trainer.state() == undisturbed.trainer.state());
  CHECK(resumed.variables->snapshot() == undisturbed.variables->snapshot());
}

TEST_CASE("a checkpoint of another model is refused by name") {
  Session session(tiny_config());
  Checkpoint checkpoint = session.trainer.checkpoint();
  checkpoint.variables.erase("output/bias");
  CHECK_THROWS_WITH_AS(session.trainer.restore(checkpoint), "the checkpoint lacks the variable 'output/bias'", Error);
  checkpoint = session.trainer.checkpoint();
  checkpoint.variables.at("output/bias") = Tensor({DType::f32, {18}});
  CHECK_THROWS_WITH_AS(session.trainer.restore(checkpoint),
                       "the variable 'output/bias' is f32[19], it is set to f32[18]", Error);
}

TEST_CASE("the value that made a training diverge is found by training once more" * doctest::test_suite("slow")) {
  Config config = tiny_config();
  config.training.clip_norm = 0;
  Session session(config);
  while (session.trainer.state().epoch < 2) session.trainer.run_epoch({});
  // So large that the logits overflow in the forward pass of the next step.
  Checkpoint checkpoint = session.trainer.checkpoint();
  for (float& weight : checkpoint.variables.at("output/kernel").as<float>()) weight = 3e38F;
  session.trainer.restore(checkpoint);
  CHECK_THROWS_AS(session.trainer.run_epoch({}), Diverged);
  CHECK(session.trainer.state() == checkpoint.state);
  const auto go_on = [] { return true; };
  const auto found = session.diverged(checkpoint, checkpoint.state.step, go_on);
  REQUIRE(found);
  CAPTURE(*found);
  CHECK(found->find("training diverged: in epoch 3, batch 1 (step") == 0);
  CHECK(found->find("is the first node that makes a NaN or an infinity") != std::string::npos);
  CHECK(found->find("decoder") != std::string::npos);
}

TEST_CASE("the search for what is not finite ends where nothing is, and when it is told to" *
          doctest::test_suite("slow")) {
  const Config config = tiny_config();
  Session session(config);
  const std::int64_t batches = session.batches();
  CHECK_FALSE(session.diverged({}, batches + 2, [] { return true; }));
  CHECK_FALSE(session.diverged({}, batches, [] { return true; }));
  CHECK_FALSE(session.diverged({}, 0, [] { return true; }));
  int steps = 0;
  CHECK_FALSE(session.diverged({}, 8, [&] { return ++steps < 3; }));
  CHECK(steps == 3);
}

TEST_CASE("a loss that is not finite stops the training and says where") {
  Config config = tiny_config();
  config.training.learning_rate = 1e38;
  config.training.clip_norm = 0;
  Session session(config);
  std::string message;
  try {
    for (int epoch = 0; epoch < 3; ++epoch) session.trainer.run_epoch({});
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(message.find("training diverged: in epoch 1, batch") == 0);
}

// Several processes, which are threads here, train to the same bits as one, whatever their number.

#include "models/training/processes.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <mutex>
#include <vector>

#include "backends/onednn/onednn_backend.h"
#include "graph/base/error.h"
#include "graph/base/random.h"
#include "models/nmt/network/model.h"
#include "models/training/accumulation.h"
#include "models/training/trainer.h"
#include "ops/ops.h"
#include "ops/optimisers.h"
#include "passes/autodiff/autodiff.h"
#include "tests/backends/runtime/thread_processes.h"
#include "tests/models/nmt/network/tiny_training.h"
#include "tests/temporary_folder.h"

using namespace weft;
using namespace weft::nmt;
using test::message_of;

namespace {

constexpr std::size_t pairs = 64;  // 13 batches and more: an epoch's last update has fewer

Config sharing(std::int64_t batches) {
  Config config = tiny_config();
  config.training.accumulate = batches;
  config.training.dropout = {.embedding = 0.1, .output = 0.2};
  config.training.average = 0.9;
  config.training.clip_norm = 0.5;
  return config;
}

/// What one process saw, and where it came to.
struct Seen {
  std::vector<std::string> reports;
  TensorMap variables;
  TrainingState state;
  friend bool operator==(const Seen&, const Seen&) = default;
};

Seen train(const Config& config, const std::shared_ptr<const Communicator>& communicator, int epochs,
           const Checkpoint* from = nullptr, bool overlap = true) {
  const std::vector<Example> examples = tiny_examples(pairs);
  TrainerOptions options = training_of(config, std::make_shared<Variables>(7));
  options.backend =
      onednn_backend({.threads = 1, .communicator = communicator, .communicate = config.training.communicate});
  options.overlap = overlap;
  StepRunner runner(training_task(config, examples), options, communicator->is_first() ? from : nullptr);
  Seen seen;
  for (int epoch = 0; epoch < epochs; ++epoch)
    runner.run_epoch([&](const StepReport& report) {
      seen.reports.push_back(fmt::format("{} {} {} {} {} {}", report.epoch, report.batch, report.loss,
                                         report.gradient_norm.value_or(-1), report.tokens, report.updated));
      return true;
    });
  const Checkpoint checkpoint = runner.checkpoint();
  seen.variables = checkpoint.variables;
  seen.state = checkpoint.state;
  return seen;
}

/// What each of so many processes saw.
std::vector<Seen> train_together(int processes, const Config& config, int epochs, const Checkpoint* from = nullptr,
                                 bool overlap = true) {
  std::vector<Seen> seen(static_cast<std::size_t>(processes));
  test::ThreadProcesses(processes).run([&](const std::shared_ptr<const Communicator>& communicator) {
    seen[static_cast<std::size_t>(communicator->rank())] = train(config, communicator, epochs, from, overlap);
  });
  return seen;
}

/// All saw what one process alone has seen, and the first has what that came to.
void check_same(const std::vector<Seen>& together, const Seen& alone) {
  CHECK(together[0].variables == alone.variables);
  for (const Seen& seen : together) {
    CHECK(seen.reports == alone.reports);
    CHECK(seen.state == alone.state);
  }
}

}  // namespace

TEST_CASE("any number of processes that can share an update's batches comes to the bits of one" *
          doctest::test_suite("slow")) {
  for (const auto& entry : std::vector<std::pair<std::int64_t, std::vector<int>>>{{4, {2, 4}}, {6, {3, 6}}}) {
    const std::int64_t batches = entry.first;
    const Config config = sharing(batches);
    const Seen alone = train_together(1, config, 2)[0];
    CHECK(alone.reports.size() > 2 * pairs / 5);
    CHECK_FALSE(alone.variables.contains("accumulated/weight"));
    for (const int processes : entry.second) {
      CAPTURE(batches);
      CAPTURE(processes);
      check_same(train_together(processes, config, 2), alone);
    }
  }
}

TEST_CASE("a large parameter is updated in shards to the bits of one process, whichever number goes on" *
          doctest::test_suite("slow")) {
  Config config = sharing(4);
  config.model.units = 150;  // [150, 450] is more than one shard of a norm's chunks, [300, 450] more than two
  const Seen alone = train_together(1, config, 2)[0];
  const std::vector<Seen> begun = train_together(2, config, 1);
  const Checkpoint from{begun[0].variables, begun[0].state};
  CHECK(from.variables.at("adam/encoder_gru/recurrent_kernel/m").shape() == Shape{150, 450});
  for (const int processes : {1, 2, 4}) {
    CAPTURE(processes);
    const std::vector<Seen> ended = train_together(processes, config, 1, &from);
    CHECK(ended[0].variables == alone.variables);
    CHECK(ended[0].state == alone.state);
  }
}

TEST_CASE("what is sent while processes compute comes to the bits of what is sent in between" *
          doctest::test_suite("slow")) {
  for (const double average : {0.0, 0.9})              // without one, weights are on their way when a batch begins
    for (const std::int64_t accumulate : {2, 4, 8}) {  // by two processes: sums that need none, one or a stack
      Config config = sharing(accumulate);
      config.model.units = 150;
      config.training.average = average;
      CAPTURE(average);
      CAPTURE(accumulate);
      const Seen alone = train_together(1, config, 2)[0];
      check_same(train_together(2, config, 2), alone);
      check_same(train_together(2, config, 2, nullptr, false), alone);
    }
}

namespace {

/// One layer of 150,000 weights, which is more than two chunks of a norm, by batches of four rows.
TrainingTask layer_with(const std::function<void(Graph& graph, Values weights, Values means)>& update) {
  const auto weights = [](Graph& graph) { return graph.parameter("w", {300, 500}, Initializer::glorot_uniform()); };
  TrainingTask task;
  task.batches = 7;
  task.accumulate = 4;
  task.graph = [=](const TrainingTask::Shape&) {
    Graph graph("batch");
    const Value w = weights(graph);
    const Value x = graph.input("x", DType::f32, {4, 300});
    const Value y = tanh(matmul(x, w));
    const Value loss = reduce_mean(y * y);
    graph.output("loss", loss);
    accumulate_gradients(std::vector{w}, gradients(loss, std::vector{w}), graph.constant(1.0));
    return graph;
  };
  task.update = [=] {
    Graph graph("update");
    const std::vector<Value> w{weights(graph)};
    update(graph, w, take_accumulated(w));
    return graph;
  };
  task.fill = [](const BatchNumber& number, Execution& step) {
    const CounterRandom random(static_cast<std::uint64_t>(number.epoch * 100 + number.batch), "x");
    for (std::uint64_t i = 0; float& x : step.input("x").as<float>()) x = static_cast<float>(random.unit(i++) - 0.5);
  };
  return task;
}

}  // namespace

TEST_CASE("any optimiser's moments are sharded: the bits of one process, and a half of the memory in each of two") {
  const std::vector<std::pair<std::string, std::function<void(Graph&, Values, Values)>>> optimisers{
      {"rmsprop/w/velocity",
       [](Graph& graph, Values weights, Values means) {
         RmsProp(graph).update(weights, means, 0.01, {.momentum = 0.9, .weight_decay = 0.1});
       }},
      {"adagrad/w/sum",
       [](Graph& graph, Values weights, Values means) { Adagrad(graph).update(weights, means, 0.01); }},
      {"sgd/w/velocity", [](Graph& graph, Values weights, Values means) {
         Sgd(graph).update(weights, clip_by_global_norm(means, 0.01), 0.1, {.momentum = 0.9, .nesterov = true});
       }}};
  for (const auto& entry : optimisers) {
    const std::string& moment = entry.first;
    CAPTURE(moment);
    const auto train_by = [&](int processes) {
      Checkpoint first;
      test::ThreadProcesses(processes).run([&](const std::shared_ptr<const Communicator>& communicator) {
        StepRunner runner(layer_with(entry.second),
                          {.seed = 3, .backend = onednn_backend({.threads = 1, .communicator = communicator})});
        for (int epoch = 0; epoch < 2; ++epoch) runner.run_epoch();
        CHECK(runner.variables()->get(moment).shape() ==
              (processes == 1 ? Shape{300, 500} : Shape{(3 + processes - 1) / processes * 65536}));
        Checkpoint checkpoint = runner.checkpoint();
        if (communicator->is_first()) first = std::move(checkpoint);
      });
      return first.variables;
    };
    const TensorMap alone = train_by(1);
    CHECK(alone.at(moment).shape() == Shape{300, 500});
    CHECK(train_by(2) == alone);
  }
}

TEST_CASE("with bf16 on the way two processes come to weights of their own, near those of one" *
          doctest::test_suite("slow")) {
  Config config = sharing(4);
  config.model.units = 150;
  const Seen alone = train_together(1, config, 1)[0];
  config.training.communicate = Precision::bf16;
  const std::vector<Seen> rounded = train_together(2, config, 1);
  CHECK(train_together(2, config, 1)[0].variables == rounded[0].variables);
  const Tensor& expected = alone.variables.at("encoder_gru/recurrent_kernel");
  const Tensor& actual = rounded[0].variables.at("encoder_gru/recurrent_kernel");
  double difference = 0.0;
  double size = 0.0;
  for (std::int64_t i = 0; i < expected.shape().volume(); ++i) {
    difference += std::abs(expected.number(i) - actual.number(i));
    size += std::abs(expected.number(i));
  }
  CHECK(difference > 0.0);
  CHECK(difference < 0.03 * size);
  CHECK(alone.variables.at("encoder_gru/input_bias") != rounded[0].variables.at("encoder_gru/input_bias"));
}

TEST_CASE("what one number of processes has begun another one goes on with") {
  const Config config = sharing(4);
  const Seen undisturbed = train_together(1, config, 2)[0];
  const Seen half = train_together(4, config, 1)[0];
  const Checkpoint from{half.variables, half.state};
  for (const int processes : {1, 2}) {
    const std::vector<Seen> all = train_together(processes, config, 1, &from);
    CHECK(all[0].variables == undisturbed.variables);
    for (const Seen& seen : all) CHECK(seen.state == undisturbed.state);
  }
}

TEST_CASE("the first process alone measures, talks and writes; any of them can stop all") {
  const test::TemporaryFolder folder;
  const Config config = sharing(4);
  const std::vector<Example> examples = tiny_examples(pairs);
  std::mutex mutex;
  std::vector<int> measured;
  test::ThreadProcesses(2).run([&](const std::shared_ptr<const Communicator>& communicator) {
    TrainerOptions options = training_of(config, {});
    options.epochs = 5;
    options.backend = onednn_backend({.threads = 1, .communicator = communicator});
    options.folder = folder / fmt::format("run{}", communicator->rank());
    options.patience = 1;
    options.validate = [&] {
      const std::lock_guard lock(mutex);
      measured.push_back(communicator->rank());
      return Validation(1.0);
    };
    std::int64_t last_step = 0;
    options.on_step = [&](const StepReport& report) { last_step = report.batch; };
    options.stop = [&, asked = 0]() mutable { return communicator->rank() == 1 && ++asked > 5; };
    const TrainingEnd end = Trainer(training_task(config, examples), options).run();
    const std::lock_guard lock(mutex);
    CHECK(end == TrainingEnd::stopped);
    CHECK(last_step % 4 == 0);
  });
  for (const int rank : measured) CHECK(rank == 0);
  CHECK_FALSE(measured.empty());
  CHECK(std::filesystem::exists(folder / "run0/latest"));
  CHECK_FALSE(std::filesystem::exists(folder / "run1"));
}

TEST_CASE("a number of processes that cannot share an update's batches is refused with those that can") {
  CHECK(message_of([] { require_shareable(12, 3, "--accumulate"); }) == "no error");
  CHECK(message_of([] { require_shareable(7, 1, "--accumulate"); }) == "no error");
  CHECK(
      message_of([] { require_shareable(12, 4, "--accumulate"); }) ==
      "4 processes cannot share the 12 batches of an update (--accumulate): each must have the same number of them, 1, "
      "2, 4, 8 or another power of two. With --accumulate 12 there can be 1, 3, 6, 12 processes; for 4 of them give "
      "--accumulate 8");
  CHECK(message_of([] {
          require_shareable(1, 2, "--accumulate");
        }).ends_with("With --accumulate 1 there can be 1 processes; for 2 of them give --accumulate 2"));
  CHECK(message_of([] { train_together(2, sharing(1), 1); }).starts_with("2 processes cannot share the 1 batches"));
}

TEST_CASE("a step that leaves the next one more than a count is refused for several processes") {
  Config hard = sharing(2);
  hard.model.attention = AttentionKind::hard;
  const std::string message = message_of([&] { train_together(2, hard, 1); });
  CHECK(message.find("leaves 'sampling/baseline' to the batch behind it") != std::string::npos);
}

TEST_CASE("counts of batches are those that grow by a number, and are counted on for batches of others") {
  Graph graph("step");
  const Value count = graph.state("dropout/step", {DType::i32, Shape{}});
  const Value twos = graph.state("twos", {DType::i32, Shape{}});
  const Value sum = graph.state("accumulated/x", {DType::f32, Shape{3}});
  graph.update(count, count + 1.0);
  graph.update(twos, 2.0 + twos);
  graph.update(sum, accumulate(sum, graph.input("x", DType::f32, {3})));
  const std::vector<BatchCount> counts = batch_counts(graph);
  REQUIRE(counts.size() == 2);
  Variables variables;
  variables.initialise(graph);
  skip_batches(counts, 3, variables);
  CHECK(variables.get("dropout/step").number(0) == 3);
  CHECK(variables.get("twos").number(0) == 6);
  const Value other = graph.state("other", {DType::i32, Shape{}});
  graph.update(other, other + count);
  CHECK(message_of([&] { batch_counts(graph); }).find("leaves 'other' to the batch behind it") != std::string::npos);
}

TEST_CASE("processes that train different things are told so") {
  std::string message;
  try {
    test::ThreadProcesses(2).run([](const std::shared_ptr<const Communicator>& communicator) {
      Config config = sharing(2);
      if (communicator->rank() == 1) config.training.seed = 9;
      train(config, communicator, 1);
    });
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(
      message.find("the settings of training of process 1 on host1 are not those of process 0 on host0: seed 9 there, "
                   "seed 1 here") != std::string::npos);
}

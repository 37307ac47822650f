#include "models/training/trainer.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/threads.h"
#include "graph/base/random.h"
#include "models/training/mean_loss.h"
#include "models/training/run/weights.h"
#include "ops/ops.h"
#include "ops/optimisers.h"
#include "passes/autodiff/autodiff.h"
#include "tests/temporary_folder.h"

using namespace weft;
using namespace weft::test;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t batches = 5;

/// Points of a square in four classes, by quadrant: a network of one hidden layer, with dropout, which draws by a count
/// of the runs.
Graph quadrants(std::int64_t rows, bool trains = true) {
  Graph graph("quadrants");
  const Value x = graph.input("x", DType::f32, {rows, 2});
  const Value classes = graph.input("classes", DType::f32, {rows, 4});
  const std::vector<Value> weights{graph.parameter("hidden/kernel", {2, 16}, Initializer::glorot_uniform()),
                                   graph.parameter("hidden/bias", {16}, Initializer::zeros()),
                                   graph.parameter("output/kernel", {16, 4}, Initializer::glorot_uniform()),
                                   graph.parameter("output/bias", {4}, Initializer::zeros())};
  Value hidden = tanh(dense(x, weights[0], weights[1]));
  if (trains) {
    const Value count = graph.state("count", {DType::i32, Shape{}});
    graph.update(count, count + graph.constant(Tensor::scalar<std::int32_t>(1)));
    hidden = dropout(hidden, count, {.rate = 0.1, .seed = 3, .stream = "hidden"});
  }
  const Value probabilities = log_softmax(dense(hidden, weights[2], weights[3]));
  const Value loss = neg(reduce_mean(reduce_sum(classes * probabilities, {1})));
  graph.output("loss", loss);
  if (!trains) return graph;
  const std::vector<Value> grads = gradients(loss, weights);
  graph.output("gradient_norm", global_norm(grads));
  Adam(graph).update(weights, grads, graph.input("learning_rate", DType::f32, {}));
  return graph;
}

/// The same, which keeps an average of its weights.
Graph averaging(std::int64_t rows) {
  Graph graph = quadrants(rows);
  moving_average(graph.parameters(), graph.input("average_weight", DType::f32, {}));
  return graph;
}

/// The last batch of an epoch is a smaller one.
TrainingTask::Shape shape_of(const BatchNumber& number) { return {number.batch + 1 < batches ? 16 : 7}; }

/// Other points for each batch, which are a function of its number.
void fill(const BatchNumber& number, Execution& step) {
  const CounterRandom random =
      CounterRandom(1, "points").at(static_cast<std::uint64_t>(number.epoch * batches + number.batch));
  const auto x = step.input("x").as<float>(), classes = step.input("classes").as<float>();
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(random.uniform(i, -1, 1));
  std::ranges::fill(classes, 0.0F);
  for (std::size_t row = 0; 2 * row < x.size(); ++row)
    classes[4 * row + (x[2 * row] > 0 ? 2 : 0) + (x[2 * row + 1] > 0 ? 1 : 0)] = 1;
}

TrainingTask task() {
  return {.graph = [](const TrainingTask::Shape& shape) { return quadrants(shape[0]); },
          .batches = batches,
          .shape = shape_of,
          .tokens = [](const BatchNumber& number) { return shape_of(number)[0]; },
          .fill = fill};
}

TrainerOptions options(const fs::path& folder = {}, std::int64_t epochs = 3) {
  return {.epochs = epochs, .learning_rate = {.learning_rate = 0.05, .warmup = 4}, .seed = 5, .folder = folder};
}

/// The same, with the loss of points that are not trained on.
TrainerOptions measuring(const fs::path& folder, std::int64_t epochs = 3) {
  TrainerOptions measuring = options(folder, epochs);
  measuring.variables = std::make_shared<Variables>(measuring.seed);
  const auto loss = std::make_shared<Execution>(compile(quadrants(64, false), onednn_backend()),
                                                ExecutionOptions{.variables = measuring.variables});
  fill({.epoch = 1000}, *loss);
  measuring.validate = [loss] {
    loss->run();
    return loss->get("loss").number(0);
  };
  return measuring;
}

struct Trained {
  TrainingState state;
  TensorMap variables;
  friend bool operator==(const Trained&, const Trained&) = default;
};

Trained train(const TrainerOptions& options, TrainingEnd end = TrainingEnd::epochs_done) {
  Trainer trainer(task(), options);
  CHECK(trainer.run() == end);
  return {trainer.state(), trainer.variables()->snapshot()};
}

/// Stops when so many steps of this trainer are done.
TrainerOptions stopping(TrainerOptions options, int steps) {
  const auto done = std::make_shared<int>(0);
  options.observer.after = [done](std::int64_t, const Execution&) { ++*done; };
  options.stop = [done, steps] { return *done >= steps; };
  return options;
}

/// Keeps what it is told.
struct Told : Progress {
  std::string lines;
  std::uint64_t steps = 0, tokens = 0, total = 0;
  void start(std::string title, std::uint64_t steps_of_all) override {
    lines += title + "\n";
    total += steps_of_all;
  }
  void update(std::uint64_t more, std::uint64_t tokens_of_them, std::optional<double>) override {
    steps += more;
    tokens += tokens_of_them;
  }
  void log(std::string_view line) override { lines += std::string(line) + "\n"; }
};

}  // namespace

TEST_CASE("a classifier learns, in batches of two shapes that share one set of weights") {
  TrainerOptions long_enough = options({}, 40);
  long_enough.programs = std::make_shared<ProgramCache>();
  std::vector<double> losses;
  long_enough.on_step = [&](const StepReport& report) { losses.push_back(report.loss); };
  Trainer trainer(task(), long_enough);
  CHECK(trainer.run() == TrainingEnd::epochs_done);
  REQUIRE(losses.size() == 40 * batches);
  CHECK(losses.front() > 1.0);  // a uniform guess costs log 4 = 1.39
  CHECK(losses.back() < 0.5);
  CHECK(long_enough.programs->memory().programs == 2);
  // Four weights, two moments of each, Adam's count and that of the draws.
  CHECK(trainer.variables()->names().size() == 4 + 2 * 4 + 1 + 1);
  CHECK(trainer.variables()->get("count").number(0) == 40 * batches);
  CHECK(trainer.state().step == 40 * batches);
}

TEST_CASE("each step has its report: where it is, the schedule's learning rate, its rows and norm") {
  std::vector<StepReport> reports;
  TrainerOptions reporting = options({}, 2);
  reporting.on_step = [&](const StepReport& report) { reports.push_back(report); };
  train(reporting);
  REQUIRE(reports.size() == 2 * batches);
  CHECK(reports[0].learning_rate == doctest::Approx(0.05 / 4));
  CHECK(reports[3].learning_rate == doctest::Approx(0.05));
  const StepReport& last = reports.back();
  CHECK(last.epoch == 2);
  CHECK(last.batch == batches);
  CHECK(last.batches == batches);
  CHECK(last.tokens == 7);
  REQUIRE(last.gradient_norm);
  CHECK(*last.gradient_norm > 0);
}

TEST_CASE("a schedule in the graph goes by the optimiser's count, goes on with a checkpoint, and is reported") {
  const TemporaryFolder folder;
  TrainingTask scheduled = task();
  scheduled.graph = [](const TrainingTask::Shape& shape) {
    Graph graph("scheduled");
    const Value x = graph.input("x", DType::f32, {shape[0], 2});
    const Value classes = graph.input("classes", DType::f32, {shape[0], 4});
    const Value kernel = graph.parameter("kernel", {2, 4}, Initializer::glorot_uniform());
    const Value loss = neg(reduce_mean(classes * log_softmax(matmul(x, kernel))));
    Adam adam(graph);
    const Value rate = 0.5 * step_decay(adam.step(), 3, 0.5);
    adam.update({kernel}, gradients(loss, {kernel}), rate);
    graph.output("loss", loss);
    graph.output("learning_rate", rate);
    return graph;
  };
  const auto rates = [&](TrainerOptions with) {
    std::vector<double> rates;
    with.on_step = [&](const StepReport& report) { rates.push_back(report.learning_rate); };
    Trainer(scheduled, with).run();
    return rates;
  };
  CHECK(rates(stopping(options(folder.path), 4)) == std::vector<double>{0.5, 0.5, 0.5, 0.25});
  const std::vector<double> rest = rates(options(folder.path));
  REQUIRE(rest.size() == 3 * batches - 4);
  CHECK(std::vector<double>(rest.begin(), rest.begin() + 4) == std::vector<double>{0.25, 0.25, 0.125, 0.125});
}

TEST_CASE("the average of the weights is kept as the options say, and is what a checkpoint's weights are") {
  TrainingTask with_average = task();
  with_average.graph = [](const TrainingTask::Shape& shape) { return averaging(shape[0]); };
  TrainerOptions keeping = options({}, 2);
  keeping.average = 0.75;
  double expected = 0;
  Trainer* watched = nullptr;
  keeping.on_step = [&](const StepReport&) {
    const double now = watched->variables()->get("hidden/kernel").number(3);
    expected += average_weight(0.75, watched->state().step) * (now - expected);
  };
  Trainer trainer(with_average, keeping);
  watched = &trainer;
  trainer.run();
  const Graph graph = quadrants(1, false);
  const auto weights = load_weights(graph, trainer.checkpoint().variables);
  CHECK(weights->names().size() == 4);
  CHECK(weights->get("hidden/kernel").number(3) == doctest::Approx(expected).epsilon(1e-5));
  CHECK(weights->get("hidden/kernel") != trainer.variables()->get("hidden/kernel"));
  Variables copied;
  copy_averages(graph, *trainer.variables(), copied);
  CHECK(copied.snapshot() == weights->snapshot());

  CHECK(contains(message_of([&] { Trainer(with_average, options()); }), "the training step 'quadrants' has the input"));
  CHECK(contains(message_of([&] { Trainer(task(), keeping); }), "the training step 'quadrants' has no such input"));
}

TEST_CASE("training gives the same bits with any number of threads, and with another seed others") {
  const Trained one = train(options());
  const int before = onednn::thread_count();
  onednn::set_thread_count(before + 1);
  CHECK(train(options()) == one);
  onednn::set_thread_count(before);
  TrainerOptions in_bf16 = options();
  in_bf16.precision = Precision::bf16;
  const Trained rounded = train(in_bf16);
  CHECK(rounded != one);
  onednn::set_thread_count(before + 1);
  CHECK(train(in_bf16) == rounded);
  onednn::set_thread_count(before);
  TrainerOptions other = options();
  other.seed = 6;
  CHECK(train(other).variables.at("hidden/kernel") != one.variables.at("hidden/kernel"));
}

TEST_CASE("training that was stopped anywhere goes on to the bits of an undisturbed one") {
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    const TemporaryFolder folder;
    const auto in = [&](const fs::path& run) {
      TrainerOptions options = measuring(run);
      options.precision = precision;
      return options;
    };
    const Trained undisturbed = train(in(folder / "undisturbed"));
    CHECK(undisturbed.state.best.at("valid_loss") > 0);
    for (const int steps : {1, 3, static_cast<int>(batches), static_cast<int>(batches) + 1}) {
      CAPTURE(steps);
      const fs::path run = folder / std::to_string(steps);
      const Trained stopped = train(stopping(in(run), steps), TrainingEnd::stopped);
      CHECK(stopped.state.step == steps);
      CHECK(train(in(run)) == undisturbed);
      CHECK(train(in(run)) == undisturbed);  // there is nothing left to do
    }
  }
}

TEST_CASE("training that was killed between any two writes goes on to the bits of an undisturbed one") {
  const TemporaryFolder folder;
  const Trained undisturbed = train(measuring(folder / "undisturbed"));
  const std::string first = fmt::format("checkpoint-{}", batches), second = fmt::format("checkpoint-{}", 2 * batches);
  const auto killed = [&](const std::string& name, const std::function<void(const fs::path&)>& damage) {
    CAPTURE(name);
    const fs::path run = folder / name;
    train(measuring(run, 2));
    REQUIRE(fs::exists(run / (first + ".safetensors")));
    REQUIRE(fs::exists(run / (second + ".safetensors")));
    damage(run);
    CHECK(train(measuring(run)) == undisturbed);
    for (const auto& entry : fs::directory_iterator(run))
      CHECK_FALSE(contains(entry.path().filename().string(), ".tmp-"));
  };
  const auto point = [&](const fs::path& pointer) { write_file(pointer, first + "\n"); };
  killed("after all of them", [](const fs::path&) {});
  killed("before latest", [&](const fs::path& run) {
    point(run / "latest");
    write_file(run / "latest.tmp-99-0", "check");
  });
  killed("before best", [&](const fs::path& run) {
    point(run / "latest");
    point(run / "best");
  });
  killed("within the checkpoint", [&](const fs::path& run) {
    point(run / "latest");
    point(run / "best");
    const fs::path file = run / (second + ".safetensors");
    write_file(run / (second + ".safetensors.tmp-99-0"), read_file(file).substr(0, 100));
    fs::remove(file);
  });
  killed("within the log", [&](const fs::path& run) {
    const std::string log = read_file(run / "log.jsonl");
    write_file(run / "log.jsonl", log.substr(0, log.size() - 20));
  });
}

TEST_CASE("training ends when no epoch was better for some, and the best weights can be taken") {
  const TemporaryFolder folder;
  TrainerOptions patient = options(folder.path, 10);
  std::vector<double> losses{3, 1, 2, 1.5, 1, 0.5};
  patient.validate = [&, epoch = std::size_t{0}]() mutable { return losses.at(epoch++); };
  patient.patience = 3;
  patient.keep = 1;
  const auto told = std::make_shared<Told>();
  patient.progress = told;
  {
    Trainer trainer(task(), patient);
    CHECK(trainer.run() == TrainingEnd::out_of_patience);
    CHECK(trainer.state().epoch == 5);
    CHECK(trainer.state().best_epoch == 2);
    CHECK(trainer.state().best == Measures{{"valid_loss", 1}});
    CHECK(contains(told->lines, "No epoch since the 2. was better (patience 3): training ends"));
    const TensorMap last = trainer.variables()->snapshot();
    trainer.restore("best");
    CHECK(trainer.state().epoch == 2);
    CHECK(trainer.variables()->snapshot() != last);
    CHECK(trainer.variables()->snapshot() == train(options({}, 2)).variables);
  }
  // More patience goes on, from where it ended.
  patient.patience = 4;
  patient.epochs = 6;
  patient.validate = [] { return 0.5; };
  CHECK(train(patient).state.best_epoch == 6);
}

TEST_CASE("the loss of other batches is measured by a task that updates nothing") {
  TrainingTask valid = task();
  valid.graph = [](const TrainingTask::Shape& shape) { return quadrants(shape[0], false); };
  TrainerOptions measuring = options({}, 2);
  measuring.variables = std::make_shared<Variables>(measuring.seed);
  MeanLoss loss(valid, measuring.variables);
  measuring.validate = [&] { return loss.measure(); };
  Trainer trainer(task(), measuring);
  trainer.run();
  double sum = 0;
  std::int64_t rows = 0;
  for (BatchNumber number; number.batch < batches; ++number.batch) {
    const std::int64_t count = shape_of(number)[0];
    Execution step(compile(quadrants(count, false), onednn_backend()), {.variables = measuring.variables});
    fill(number, step);
    step.run();
    sum += step.get("loss").number(0) * static_cast<double>(count);
    rows += count;
  }
  CHECK(loss.measure() == doctest::Approx(sum / static_cast<double>(rows)).epsilon(1e-6));
  CHECK(trainer.state().best.at("valid_loss") >= loss.measure());
}

TEST_CASE("what else is measured may say which epoch is the best, and stands in the log") {
  const TemporaryFolder folder;
  TrainerOptions by_accuracy = options({}, 3);
  by_accuracy.checkpoints = CheckpointFolder(folder.path, {.measures = {"valid_loss", "accuracy"}});
  const std::vector<double> accuracies{0.5, 0.75, 0.25};
  by_accuracy.validate = [&, epoch = std::size_t{0}]() mutable {
    Validation validation(1.0 / static_cast<double>(epoch + 1));  // which falls with every epoch
    validation.measures["accuracy"] = accuracies.at(epoch++);
    validation.text = ", by hand";
    validation.figures.push_back({"valid_rows", 7});
    return validation;
  };
  by_accuracy.is_better = [](const Measures& epoch, const Measures& best) {
    return epoch.at("accuracy") > best.at("accuracy");
  };
  const auto told = std::make_shared<Told>();
  by_accuracy.progress = told;
  Trainer trainer(task(), by_accuracy);
  trainer.run();
  CHECK(trainer.state().best_epoch == 2);
  CHECK(contains(told->lines, "Valid loss 0.5000, by hand, the best so far"));
  CHECK(contains(read_file(folder / "log.jsonl"), R"("accuracy":0.75,"valid_loss":0.5,"valid_rows":7)"));
  trainer.restore("best");
  CHECK(trainer.state().best == Measures{{"accuracy", 0.75}, {"valid_loss", 0.5}});
}

TEST_CASE("training goes on from the checkpoint that is named, but from no average") {
  const TemporaryFolder folder;
  train(options(folder.path, 2));
  TrainerOptions named = options(folder.path);
  named.checkpoint = "checkpoint-5";
  CHECK(train(named) == train(options()));
  CheckpointFolder(folder.path).save_average(Trainer(task(), options(folder.path)).checkpoint());
  named.checkpoint = "averaged";
  CHECK(contains(message_of([&] { Trainer(task(), named); }), "training cannot go on from it"));
}

TEST_CASE("a plateau cuts the learning rate") {
  TrainerOptions cutting = options({}, 4);
  cutting.learning_rate = {.learning_rate = 0.1, .schedule = Schedule::plateau, .decay = 0.5};
  cutting.validate = [] { return 1.0; };
  std::vector<double> rates;
  cutting.on_step = [&](const StepReport& report) {
    if (report.batch == 1) rates.push_back(report.learning_rate);
  };
  CHECK(train(cutting).state.cuts == 3);
  CHECK(rates == std::vector<double>{0.1, 0.1, 0.05, 0.025});
}

TEST_CASE("a loss that is no number is an error with its epoch and batch, and what was kept goes on") {
  const TemporaryFolder folder;
  TrainingTask bad = task();
  bad.fill = [](const BatchNumber& number, Execution& step) {
    fill(number, step);
    if (number.epoch == 1 && number.batch == 2)
      step.input("x").as<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  };
  const auto message = [&](const TrainerOptions& options) {
    Trainer trainer(bad, options);
    CHECK_THROWS_AS(trainer.run(), Diverged);
    CHECK(trainer.state().epoch == 1);
    CHECK(trainer.state().batch_in_epoch == 2);
    return message_of([&] { Trainer(bad, options).run(); });
  };
  const std::string where = fmt::format("training diverged: in epoch 2, batch 3 (step {})", batches + 3);
  const std::string told = message(options());
  CHECK(told.starts_with(where + " the loss is "));
  CHECK(contains(told, "nan. Lower the learning rate or clip the gradients; check_numerics names the node"));
  const fs::path run = folder / "run";
  {
    Trainer trainer(bad, options(run));
    CHECK(contains(message_of([&] { trainer.run(); }),
                   fmt::format("; {} is kept", (run / fmt::format("checkpoint-{}.safetensors", batches)).string())));
  }
  CHECK(contains(read_file(run / "log.jsonl"), R"({"event":"diverged","step":8,"epoch":2,)"));
  TrainerOptions checking = options();
  checking.check_numerics = true;
  CHECK(message(checking).starts_with(where + ", "));
  CHECK(contains(message(checking), "is the first node that makes a NaN or an infinity"));
  CHECK(train(options(run)) == train(options()));
  TrainerOptions finding = options(folder / "finding");
  finding.find_divergence = true;
  const std::string found = message_of([&] { Trainer(bad, finding).run(); });
  CHECK(found.starts_with(where + ", "));
  CHECK(contains(found, "is the first node that makes a NaN or an infinity"));
  CHECK(contains(found, "checkpoint-5.safetensors is kept. Lower the learning rate or clip the gradients"));

  TrainerOptions measuring = options();
  measuring.validate = [] { return std::numeric_limits<double>::infinity(); };
  CHECK(contains(message_of([&] { Trainer(task(), measuring).run(); }),
                 "training diverged: after epoch 1 the validation gives inf"));
}

TEST_CASE("a run has a log, and who listens hears how it goes") {
  const TemporaryFolder folder;
  TrainerOptions telling = measuring(folder.path, 4);
  telling.keep = 2;
  const auto told = std::make_shared<Told>();
  telling.progress = told;
  train(telling);
  CHECK(told->steps == 4 * batches);
  CHECK(told->total == 4 * batches);
  CHECK(told->tokens == 4 * (4 * 16 + 7));
  for (const char* line :
       {"Epoch 1\n", "Epoch 4 Loss ", "Valid loss ", ", the best so far\n", "Time taken for 1 epoch ", "Wrote "})
    CHECK(contains(told->lines, line));
  const std::string log = read_file(folder / "log.jsonl");
  CHECK(std::ranges::count(log, '\n') == 4);  // an epoch is shorter than what a record of batches tells of
  CHECK(log.starts_with(R"({"event":"epoch","step":5,"epoch":1,"loss":)"));
  CHECK(contains(log, R"("valid_loss":)"));
  CHECK(contains(log, R"("checkpoint":"checkpoint-20")"));
  CHECK(contains(log, R"("program_memory":{"programs":2,"bytes":)"));
  CHECK_FALSE(fs::exists(folder / "lock"));
}

TEST_CASE("one at a time trains in a folder, and only the same model with the same seed goes on there") {
  const TemporaryFolder folder;
  const auto message = [&](const TrainingTask& task, const TrainerOptions& options) {
    return message_of([&] { Trainer(task, options); });
  };
  {
    Trainer first(task(), options(folder.path, 1));
    CHECK(contains(message(task(), options(folder.path)), "another training (process "));
    first.run();
  }
  const std::string path = (folder / "checkpoint-5.safetensors").string();
  TrainerOptions other = options(folder.path);
  other.seed = 6;
  CHECK(message(task(), other) ==
        path + ": the checkpoint was trained with seed 5, the run goes on with 6; use the same seed");
  TrainingTask larger = task();
  larger.graph = [](const TrainingTask::Shape& shape) {
    Graph graph = quadrants(shape[0]);
    const Value more = graph.parameter("more", {2}, Initializer::zeros());
    graph.update(more, more + more);
    return graph;
  };
  CHECK(message(larger, options(folder.path)) ==
        path + ": it lacks the model's parameter 'more' of type f32[2]; it is of another model");
  folder.write("checkpoint-5.safetensors", "half");
  CHECK(contains(message(task(), options(folder.path)), "so train again"));
}

TEST_CASE("what a task or its options lack is told before anything is made") {
  const TemporaryFolder folder;
  const fs::path run = folder / "run";
  const auto message = [&](const auto& change) {
    TrainingTask changed = task();
    TrainerOptions with = options(run);
    change(changed, with);
    const std::string text = message_of([&] { Trainer(changed, with); });
    CHECK_FALSE(fs::exists(run));
    return text;
  };
  const auto graph = [&](const std::function<void(Graph&)>& declare) {
    return message([&](TrainingTask& task, TrainerOptions&) {
      task.graph = [declare](const TrainingTask::Shape&) {
        Graph graph("step");
        declare(graph);
        return graph;
      };
    });
  };
  CHECK(contains(message([](TrainingTask& task, TrainerOptions&) { task.graph = {}; }), "has no graph"));
  CHECK(contains(message([](TrainingTask& task, TrainerOptions&) { task.fill = {}; }), "fills the inputs"));
  CHECK(contains(message([](TrainingTask& task, TrainerOptions&) { task.batches = 0; }), "an epoch has 0 batches"));
  CHECK(
      contains(message([](TrainingTask& task, TrainerOptions&) { task.accumulate = 2; }), "2 batches make an update:"));
  CHECK(
      contains(message([](TrainingTask& task, TrainerOptions&) { task.accumulate = 0; }), "0 batches make an update"));
  CHECK(contains(message([](TrainingTask&, TrainerOptions& with) { with.checkpoint_every = 0; }), "every 0 epochs"));
  CHECK(contains(message([](TrainingTask&, TrainerOptions& with) { with.keep = 0; }), "no checkpoint is to be kept"));
  CHECK(contains(message([](TrainingTask&, TrainerOptions& with) { with.patience = 2; }), "a patience of 2 epochs"));
  CHECK(contains(message([](TrainingTask&, TrainerOptions& with) { with.learning_rate.schedule = Schedule::plateau; }),
                 "the schedule plateau needs"));
  CHECK(graph([](Graph&) {}) == "the training step 'step' has no output 'loss'");
  CHECK(contains(graph([](Graph& graph) { graph.output("loss", graph.constant(1.0)); }), "updates nothing"));
  CHECK(graph([](Graph& graph) {
          const Value w = graph.parameter("w", {2}, Initializer::zeros());
          graph.update(w, w + w);
          graph.output("loss", w);
        }) == "the 'loss' of the training step 'step' is f32[2], a float32 scalar is needed");
  CHECK(contains(graph([](Graph& graph) {
                   const Value w = graph.parameter("w", {}, Initializer::zeros());
                   graph.update(w, w + reduce_sum(graph.input("learning_rate", DType::f32, {1})));
                   graph.output("loss", w);
                 }),
                 "the 'learning_rate' of the training step 'step' is f32[1]"));
  Trainer trainer(task(), options());
  CHECK(contains(message_of([&] { trainer.restore("best"); }), "the training has no folder"));
  TrainingTask empty = task();
  empty.tokens = [](const BatchNumber&) { return std::int64_t{0}; };
  CHECK(contains(message_of([&] { Trainer(empty, options()).run(); }), "batch 1 of epoch 1 has 0 tokens"));
}

TEST_CASE("what a callback throws comes through, and the state is that of the last whole step") {
  TrainingTask failing = task();
  failing.fill = [](const BatchNumber& number, Execution& step) {
    if (number.batch == 3) fail("the file has ended");
    fill(number, step);
  };
  Trainer trainer(failing, options());
  CHECK(message_of([&] { trainer.run(); }) == "the file has ended");
  CHECK(trainer.state().batch_in_epoch == 3);
  CHECK(trainer.state().step == 3);
}

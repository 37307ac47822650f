#include "models/training/run/checkpoint_average.h"

#include <doctest/doctest.h>

#include "graph/base/file.h"
#include "models/nmt/network/parameters.h"
#include "models/nmt/training/run_directory.h"
#include "tests/models/nmt/network/tiny_model.h"
#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;
using weft::Tensor;

namespace {

/// A run with checkpoints of these steps, in each of which every weight is a number of its own, and of the step.
struct Run {
  explicit Run(const std::vector<std::int64_t>& steps) : directory(made(folder)) {
    for (const std::int64_t step : steps) directory.save(checkpoint(step), false, 99);
  }

  static RunDirectory made(const TemporaryFolder& folder) {
    Config config = tiny_config();
    config.model.source_vocabulary = config.model.target_vocabulary = 23;
    return RunDirectory::create(folder.path, config, letters(23), letters(23), false);
  }

  Checkpoint checkpoint(std::int64_t step) const {
    Checkpoint checkpoint;
    checkpoint.state.step = step;
    double number = static_cast<double>(step);
    const weft::Graph graph = parameters_graph(directory.config().model);
    for (const weft::Value parameter : graph.parameters()) {
      Tensor tensor(parameter.type());
      for (std::int64_t i = 0; i < tensor.shape().volume(); ++i) tensor.set_number(i, number += 0.25);
      checkpoint.variables.emplace(parameter.name(), std::move(tensor));
    }
    checkpoint.variables.emplace("adam/step", Tensor::scalar(static_cast<std::int32_t>(step)));
    return checkpoint;
  }

  Checkpoint average(std::vector<std::string> names) const {
    return average_checkpoints(directory, names, parameters_graph(directory.config().model));
  }
  std::string refused(const std::vector<std::string>& names) const {
    return message_of([&] { average(names); });
  }

  TemporaryFolder folder;
  RunDirectory directory;
};

}  // namespace

TEST_CASE("an average has the mean of each weight, and no moments") {
  const Run run({2, 5, 11});
  const Checkpoint average = run.average({"checkpoint-2", "checkpoint-5", "latest"});
  const Checkpoint expected = run.checkpoint(6);  // (2 + 5 + 11) / 3, and numbers that a float has exactly
  CHECK(average.variables.size() + 1 == expected.variables.size());
  for (const auto& entry : average.variables) {
    const auto& [name, tensor] = entry;
    CAPTURE(entry.first);
    CHECK(tensor == expected.variables.at(name));
  }
  CHECK(average.state.step == 11);
  CHECK(run.average({"checkpoint-11", "checkpoint-5", "checkpoint-2"}).variables == average.variables);
}

TEST_CASE("the moving averages that training keeps are what is averaged") {
  Run run({});
  for (const std::int64_t step : {3, 4}) {
    Checkpoint checkpoint = run.checkpoint(step);
    checkpoint.variables["average/output/bias"] =
        Tensor::full(checkpoint.variables.at("output/bias").type(), static_cast<double>(100 * step));
    run.directory.save(checkpoint, false);
  }
  const Checkpoint average = run.average({"checkpoint-3", "checkpoint-4"});
  CHECK(average.variables.at("output/bias").number(0) == 350.0);
  CHECK_FALSE(average.variables.contains("average/output/bias"));
}

TEST_CASE("the average is kept in the run, to be read as other checkpoints are") {
  Run run({2, 4});
  CHECK_FALSE(run.directory.has_average());
  CHECK(contains(message_of([&] { run.directory.load("averaged"); }),
                 "has no average of checkpoints; make one with `weft-nmt average --run"));
  const Checkpoint average = run.average({"checkpoint-2", "checkpoint-4"});
  run.directory.save_average(average);
  for (const char* name : {"averaged", "averaged.safetensors"}) {
    const Checkpoint loaded = RunDirectory::open(run.folder.path).load(name);
    CHECK(loaded.variables == average.variables);
    CHECK(loaded.state == average.state);
  }
  CHECK(run.directory.names().size() == 2);
  run.directory.save(run.checkpoint(6), false, 1);  // older ones go, the average stays
  CHECK(run.directory.has_average());
  CHECK(run.directory.resolve("latest") == "checkpoint-6");
  CHECK(contains(message_of([&] { run.directory.load("checkpoint-7"); }), "checkpoint-6, averaged"));

  const std::filesystem::path path = run.directory.checkpoint_path("averaged");
  weft::write_file(path, weft::read_file(path).substr(0, 500));
  const std::string damaged = message_of([&] { run.directory.load("averaged"); });
  CHECK(damaged.starts_with(path.string()));
  CHECK(damaged.ends_with("use another checkpoint: checkpoint-6"));
  RunDirectory::create(run.folder.path, run.directory.config(), letters(23), letters(23), true);
  CHECK_FALSE(std::filesystem::exists(path));  // it is a file of a run, and that run was replaced
}

TEST_CASE("what cannot be averaged is refused") {
  Run run({2, 4});
  CHECK(contains(run.refused({"checkpoint-2"}), "an average is of two checkpoints at least, there is one"));
  CHECK(contains(run.refused({}), "there is none"));
  CHECK(run.refused({"checkpoint-4", "checkpoint-2", "latest"}) == "checkpoint-4 is named twice");
  CHECK(contains(run.refused({"checkpoint-2", "checkpoint-3"}), "there is no checkpoint \"checkpoint-3\""));
  CHECK(contains(run.refused({"checkpoint-2", "averaged"}), "'averaged' is an average itself"));
  Checkpoint other = run.checkpoint(9);
  other.variables["output/bias"] = Tensor({weft::DType::f32, {7}});
  run.directory.save(other, false);
  const std::string message = run.refused({"checkpoint-2", "checkpoint-9"});
  CHECK(contains(message, run.directory.checkpoint_path("checkpoint-9").string() + ": "));
  CHECK(contains(message, "its 'output/bias' is f32[7], the model's is f32[23]"));
  other.variables.erase("output/bias");
  run.directory.save(other, false);
  CHECK(contains(run.refused({"checkpoint-2", "checkpoint-9"}), "lacks the model's parameter 'output/bias'"));
}

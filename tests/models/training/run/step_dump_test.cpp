#include "models/training/run/step_dump.h"

#include <doctest/doctest.h>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/threads.h"
#include "graph/base/error.h"
#include "graph/io/json.h"
#include "graph/io/safetensors.h"
#include "tests/models/nmt/network/tiny_training.h"
#include "tests/temporary_folder.h"

using namespace weft;
using namespace weft::nmt;
using namespace weft::test;

namespace {

/// Trains an epoch and dumps a step of it.
void train_and_dump(const std::filesystem::path& folder, std::int64_t step) {
  const Config config = tiny_config();
  const std::vector<Example> examples = tiny_examples(64);
  const StepDump dump(training_task(config, examples).graph, folder, step);
  TrainerOptions options = training_of(config, std::make_shared<Variables>(7));
  options.observer = {
      .before = [&](std::int64_t at, const auto& shape, const Execution& e) { dump.before(at, shape, e); },
      .after = [&](std::int64_t at, const Execution& e) { dump.after(at, e); }};
  TinyTraining(config, examples, options).run_epoch();
}

TensorMap tensors(const std::filesystem::path& folder, const char* name) {
  return load_safetensors(folder / name).tensors;
}

}  // namespace

TEST_CASE("a dumped step gives the same bits again, on any number of threads") {
  const TemporaryFolder folder;
  train_and_dump(folder.path, 7);
  const Graph graph = load_graph(folder.path / "graph.json", all_ops());
  const int before = onednn::thread_count();
  for (const int threads : {1, 2}) {
    onednn::set_thread_count(threads);
    Execution step(compile(graph, onednn_backend()), {.seed = 99});  // nothing of its own content may be left
    for (const auto& [name, tensor] : tensors(folder.path, "weights.safetensors")) step.variables().set(name, tensor);
    CHECK(step.run(tensors(folder.path, "inputs.safetensors")) == tensors(folder.path, "outputs.safetensors"));
    CHECK(step.variables().snapshot() == tensors(folder.path, "updated.safetensors"));
  }
  onednn::set_thread_count(before);
  CHECK(tensors(folder.path, "weights.safetensors") != tensors(folder.path, "updated.safetensors"));
}

TEST_CASE("training goes on as if nobody had looked" * doctest::test_suite("slow")) {
  const TemporaryFolder folder;
  train_and_dump(folder.path, 3);
  const TensorMap early = tensors(folder.path, "updated.safetensors");
  train_and_dump(folder.path, 4);
  CHECK(tensors(folder.path, "weights.safetensors") == early);
}

TEST_CASE("a step that diverges is named when numerics are checked") {
  Config config = tiny_config();
  config.training.learning_rate = 1e38;
  config.training.clip_norm = 0;
  const std::vector<Example> examples = tiny_examples(64);
  TrainerOptions options = training_of(config, std::make_shared<Variables>(7));
  options.check_numerics = true;
  TinyTraining trainer(config, examples, options);
  std::string message = "none";
  try {
    for (int epoch = 0; epoch < 3; ++epoch) trainer.run_epoch({});
  } catch (const Error& error) {
    message = error.what();
  }
  CAPTURE(message);
  CHECK(message.starts_with("training diverged: in epoch 1, batch "));
  CHECK(message.find("' is the first node that makes a NaN or an infinity") != std::string::npos);
  CHECK(message.find("\n  operand  '") != std::string::npos);
}

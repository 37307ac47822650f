#include "models/nmt/training/kernel_choice.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/threads.h"
#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/io/json.h"
#include "graph/io/safetensors.h"
#include "models/training/mean_loss.h"
#include "models/training/run/step_dump.h"
#include "tests/models/nmt/network/tiny_training.h"
#include "tests/temporary_folder.h"

using namespace weft;
using namespace weft::nmt;
using namespace weft::test;

namespace {

using Table = std::shared_ptr<const onednn::KernelSelection>;

/// For every product of the training, where there is one, a kernel that is not the rule's.
Table unlike_the_rule(const Config& config, const std::vector<Example>& examples) {
  auto selection = std::make_shared<onednn::KernelSelection>();
  for (const auto& [site, uses] : training_products(config, examples)) {
    std::vector<onednn::ProductKernel> others = kernels_for(site);
    std::erase(others, kernel_by_rule(site));
    selection->set(site, others.empty() ? kernel_by_rule(site) : others.back());
  }
  return selection;
}

/// The weights after an epoch.
TensorMap trained(const Table& kernels, int threads = 2) {
  const int before = onednn::thread_count();
  onednn::set_thread_count(threads);
  const auto variables = std::make_shared<Variables>(7);
  const std::vector<Example> examples = tiny_examples(64);
  TrainerOptions options = training_of(tiny_config(), variables);
  options.backend = backend_with(kernels);
  TinyTraining(tiny_config(), examples, options).run_epoch();
  onednn::set_thread_count(before);
  return variables->snapshot();
}

}  // namespace

TEST_CASE(
    "training by a table has the same bits each time, on any number of threads, and other ones than by the rule") {
  const Table kernels = unlike_the_rule(tiny_config(), tiny_examples(64));
  CHECK(kernels->differing() > kernels->size() / 2);
  const TensorMap weights = trained(kernels);
  CHECK(trained(kernels, 1) == weights);
  CHECK(trained(kernels, 3) == weights);
  CHECK(trained({}) != weights);
}

TEST_CASE("a run that was measured repeats its selection from their text") {
  const Config config = tiny_config();
  const std::vector<Example> examples = tiny_examples(64);
  std::size_t told = 0;
  std::size_t all = 0;
  const auto progress = [&](std::size_t done, std::size_t of) {
    CHECK(done == told++);
    all = of;
  };
  const Table measured = choose_kernels(
      measured_kernels, [&] { return training_products(config, examples); }, progress);
  CHECK(measured->size() == training_products(config, examples).size());
  CHECK(told == all + 1);
  const TemporaryFolder folder;
  write_file(folder.path / "kernels.json", measured->to_json());
  const Table read = choose_kernels((folder.path / "kernels.json").string(), {}, {});
  CHECK(*read == *measured);
  CHECK(trained(read) == trained(measured));
}

TEST_CASE("by default nothing is measured, and a table that is not there is refused") {
  CHECK(choose_kernels(default_kernels, {}, {}) == nullptr);
  CHECK_THROWS_WITH_AS(choose_kernels("/nowhere/mesure", {}, {}),
                       "'kernels' is default, measure, or the path of a table: cannot read '/nowhere/mesure': No such "
                       "file or directory",
                       Error);
}

TEST_CASE("the loss of validation sentences by a table is that of the rule but for its rounding" *
          doctest::test_suite("slow")) {
  Config config = tiny_config();
  config.model.units = 600;  // sums that kernels add in different orders
  const std::vector<Example> examples = tiny_examples(64);
  const auto variables = std::make_shared<Variables>(7);
  const TinyTraining trainer(config, examples, variables);
  // Large weights: the loss of small ones hides the last bits of what it is made from.
  for (auto [name, tensor] : variables->snapshot()) {
    if (tensor.dtype() != DType::f32) continue;
    for (float& weight : tensor.as<float>()) weight *= 8;
    variables->set(name, tensor);
  }
  const Table kernels = unlike_the_rule(config, examples);
  const double by_table = MeanLoss(validation_task(config, examples), variables, {}, backend_with(kernels)).measure();
  const double by_rule = MeanLoss(validation_task(config, examples), variables).measure();
  CHECK(by_table != by_rule);
  CHECK(by_table == doctest::Approx(by_rule).epsilon(1e-6));
}

TEST_CASE("a step that is dumped keeps its kernels, by which it gives the same bits again") {
  const TemporaryFolder folder;
  const Config config = tiny_config();
  const std::vector<Example> examples = tiny_examples(64);
  const Table kernels = unlike_the_rule(config, examples);
  const StepDump dump(training_task(config, examples).graph, folder.path, 3, Precision::bf16, kernels->to_json());
  TrainerOptions options = training_of(config, std::make_shared<Variables>(7));
  options.precision = Precision::bf16;
  options.backend = backend_with(kernels);
  options.observer = {
      .before = [&](std::int64_t at, const auto& shape, const Execution& e) { dump.before(at, shape, e); },
      .after = [&](std::int64_t at, const Execution& e) { dump.after(at, e); }};
  TinyTraining(config, examples, options).run_epoch();
  CHECK(dump.replay_command().ends_with(" --precision bf16 --kernels " + (folder.path / "kernels.json").string()));

  const auto replayed = [&](const Table& table) {
    const Graph graph = load_graph(folder.path / "graph.json", all_ops());
    Execution step = compile(graph, *onednn_backend({.kernels = table}), {.precision = Precision::bf16});
    for (const auto& [name, tensor] : load_safetensors(folder.path / "weights.safetensors").tensors)
      step.variables().set(name, tensor);
    step.run(load_safetensors(folder.path / "inputs.safetensors").tensors);
    return step.variables().snapshot();
  };
  const TensorMap updated = load_safetensors(folder.path / "updated.safetensors").tensors;
  CHECK(replayed(choose_kernels((folder.path / "kernels.json").string(), {}, {})) == updated);
  CHECK(replayed({}) != updated);
}

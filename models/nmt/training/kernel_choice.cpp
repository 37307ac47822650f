#include "models/nmt/training/kernel_choice.h"

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/execution.h"
#include "graph/base/error.h"
#include "models/nmt/training/translation_task.h"
#include "models/training/step_runner.h"

namespace weft::nmt {

bool names_kernel_file(std::string_view kernels) { return kernels != default_kernels && kernels != measured_kernels; }

onednn::ProductUses training_products(const Config& config, const Examples& examples,
                                      std::optional<std::size_t> memory_budget) {
  TrainerOptions options = trainer_options(config.training);
  options.memory_budget = memory_budget;
  onednn::ProductUses products;
  StepRunner(training_task(config, examples), options).compile_all([&](const Execution& step) {
    add_products(step.graph(), products);
  });
  return products;
}

std::shared_ptr<const onednn::KernelSelection> choose_kernels(std::string_view kernels,
                                                              const std::function<onednn::ProductUses()>& products,
                                                              const KernelProgress& on_progress) {
  if (kernels == default_kernels) return nullptr;
  if (names_kernel_file(kernels)) {
    try {
      return std::make_shared<const onednn::KernelSelection>(onednn::KernelSelection::load(kernels));
    } catch (const Error& error) {
      fail("'kernels' is {}, {}, or the path of a table: {}", default_kernels, measured_kernels, error.what());
    }
  }
  const onednn::ProductUses found = products();
  on_progress(0, found.size());
  return std::make_shared<const onednn::KernelSelection>(
      onednn::measure_kernels(found, [&](std::size_t done) { on_progress(done, found.size()); }));
}

std::shared_ptr<const Backend> backend_with(const std::shared_ptr<const onednn::KernelSelection>& kernels,
                                            const std::shared_ptr<const Communicator>& communicator,
                                            Precision communicate) {
  if (!kernels && !communicator) return nullptr;
  return onednn_backend({.kernels = kernels, .communicator = communicator, .communicate = communicate});
}

}  // namespace weft::nmt

#include "models/nmt/training/divergence.h"

#include <memory>
#include <new>

#include "backends/runtime/variables.h"
#include "graph/base/error.h"
#include "models/nmt/training/kernel_choice.h"
#include "models/nmt/training/trainer.h"

namespace weft::nmt {
namespace {

/// Trains until so many steps are done, or `go_on` says no.
void train_until(Trainer& trainer, std::int64_t steps, const std::function<bool()>& go_on) {
  bool goes_on = true;
  while (goes_on && trainer.state().step < steps)
    trainer.run_epoch([&](const StepReport&) {
      goes_on = go_on();
      return goes_on && trainer.state().step < steps;
    });
}

}  // namespace

std::optional<std::string> first_not_finite(const Config& config, std::span<const Example> examples,
                                            const std::shared_ptr<const onednn::KernelSelection>& kernels,
                                            const std::optional<Checkpoint>& from, std::int64_t steps,
                                            const std::function<bool()>& go_on) {
  try {
    Trainer trainer(config, examples, std::make_shared<Variables>(config.training.seed),
                    {.check_numerics = true, .backend = backend_with(kernels)});
    if (from) trainer.restore(*from);
    train_until(trainer, steps + 1, go_on);
  } catch (const std::bad_alloc&) {
  } catch (const Diverged& error) {
    return error.what();
  }
  return std::nullopt;
}

}  // namespace weft::nmt

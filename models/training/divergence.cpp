#include "models/training/divergence.h"

#include <new>

#include "models/training/step_runner.h"

namespace weft {
namespace {

/// Trains until so many steps are done, or `go_on` says no.
void train_until(StepRunner& steps, std::int64_t count, const std::function<bool()>& go_on) {
  bool goes_on = true;
  while (goes_on && steps.state().step < count)
    steps.run_epoch([&](const StepReport&) {
      goes_on = go_on();
      return goes_on && steps.state().step < count;
    });
}

}  // namespace

std::optional<std::string> first_not_finite(const TrainingTask& task, const TrainerOptions& options,
                                            const std::optional<Checkpoint>& from, std::int64_t steps,
                                            const std::function<bool()>& go_on) {
  try {
    StepRunner again(task,
                     {.learning_rate = options.learning_rate,
                      .average = options.average,
                      .seed = options.seed,
                      .check_numerics = true,
                      .backend = options.backend,
                      .alone = true},
                     nullptr);
    if (from) again.restore(*from);
    train_until(again, steps + 1, go_on);
  } catch (const std::bad_alloc&) {
  } catch (const Diverged& error) {
    return error.what();
  }
  return std::nullopt;
}

}  // namespace weft

#include "models/nmt/divergence.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <new>

#include "backends/variables.h"
#include "graph/error.h"
#include "models/nmt/trainer.h"

namespace weft::nmt {
namespace {

/// Trains until so many steps are done. Returns whether they are, rather than that `go_on` said no.
bool train_until(Trainer& trainer, std::int64_t steps, const std::function<bool()>& go_on) {
  bool goes_on = true;
  while (goes_on && trainer.state().step < steps) {
    trainer.run_epoch([&](const StepReport&) {
      goes_on = go_on();
      return goes_on && trainer.state().step < steps;
    });
  }
  // Stopped behind the last batch of an epoch: the next one is in the next epoch.
  const bool at_end = trainer.state().batch_in_epoch == static_cast<std::int64_t>(trainer.plan().batches_per_epoch());
  if (goes_on && at_end) trainer.run_epoch({});
  return goes_on;
}

/// What check_next_step says of the next step; nothing when that is all right.
std::optional<std::string> complaint(Trainer& trainer) {
  try {
    trainer.check_next_step();
    return std::nullopt;
  } catch (const Error& error) {
    const TrainingState& state = trainer.state();
    return fmt::format("in epoch {}, batch {}, {}", state.epoch + 1, state.batch_in_epoch + 1, error.what());
  }
}

}  // namespace

std::optional<std::string> first_not_finite(const Config& config, std::span<const Example> examples,
                                            const std::optional<Checkpoint>& from, std::int64_t steps,
                                            const std::function<bool()>& go_on) {
  try {
    Trainer trainer(config, examples, std::make_shared<Variables>(config.training.seed));
    if (from) trainer.restore(*from);
    for (const std::int64_t looked_at : {std::max<std::int64_t>(trainer.state().step, steps - 1), steps}) {
      if (!train_until(trainer, looked_at, go_on)) return std::nullopt;
      if (auto found = complaint(trainer)) return found;
    }
  } catch (const std::bad_alloc&) {
  } catch (const Diverged&) {  // Not where it did before: the settings or the machine are others.
  }
  return std::nullopt;
}

}  // namespace weft::nmt

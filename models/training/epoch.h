#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "backends/runtime/execution.h"
#include "graph/base/error.h"
#include "models/training/training_state.h"

namespace weft {

/// A batch, as reported to the caller.
struct StepReport {
  std::int64_t epoch = 0;  ///< from 1
  std::int64_t batch = 0;  ///< in the epoch, from 1
  std::int64_t batches = 0;
  double loss = 0;  ///< per token
  /// Of the last update, by this batch or by those before it, when several make one; nothing when it is not known.
  std::optional<double> gradient_norm = {};
  double learning_rate = 0;  ///< of this update, or of the one that the batch will be part of
  std::int64_t tokens = 0;   ///< without padding
  bool updated = false;      ///< whether an update followed on this batch
};

struct EpochReport {
  std::int64_t epoch = 0;
  double loss = 0;  ///< per token, over the epoch
  std::int64_t tokens = 0;
  double seconds = 0;
  double learning_rate = 0;  ///< of its last step
};

/// The loss or the gradients of a step are no numbers any more; the message says of which, and names the node when the
/// values of each node are checked (NumericsCheck).
class Diverged : public Error {
 public:
  using Error::Error;
};

/// Runs the step that follows on `state`. What a NumericsCheck that is attached to it finds is thrown as Diverged, with
/// epoch and batch.
void run_step(Execution& step, const TrainingState& state);

/// Throws Diverged, with epoch, batch and step, when loss or gradients of a batch are not finite.
void require_finite(const StepReport& report, std::int64_t step);

/// Runs the batch of the epoch with that number, from 0.
using RunBatch = std::function<StepReport(std::int64_t batch)>;

/// Runs the batches that are left of an epoch of `batches`, and moves the state on behind each of them; then the epoch
/// is finished. `on_step` is called after each batch; it returns false to stop, after the update that the batch is part
/// of, and may be empty. Returns nothing when stopped. `last` keeps the report of the last batch that was run, here or
/// in the call before. What `run_batch` throws leaves the state as it was before that batch.
std::optional<EpochReport> run_epoch(TrainingState& state, std::int64_t batches, const RunBatch& run_batch,
                                     const std::function<bool(const StepReport&)>& on_step, StepReport& last);

}  // namespace weft

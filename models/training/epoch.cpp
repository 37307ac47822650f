#include "models/training/epoch.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <string>

#include "backends/runtime/numerics.h"

namespace weft {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void add_batch(TrainingState& state, const StepReport& report) {
  if (report.updated) ++state.step;
  ++state.batch_in_epoch;
  state.epoch_loss_sum += report.loss * static_cast<double>(report.tokens);
  state.epoch_tokens += report.tokens;
}

void finish_epoch(TrainingState& state) {
  ++state.epoch;
  state.batch_in_epoch = 0;
  state.epoch_loss_sum = 0;
  state.epoch_tokens = 0;
}

std::string place(std::int64_t epoch, std::int64_t batch, std::int64_t step) {
  return fmt::format("training diverged: in epoch {}, batch {} (step {})", epoch, batch, step);
}

}  // namespace

void run_step(Execution& step, const TrainingState& state) {
  try {
    step.run();
  } catch (const NumericsError& error) {
    throw Diverged(
        fmt::format("{}, {}", place(state.epoch + 1, state.batch_in_epoch + 1, state.step + 1), error.what()));
  }
}

void require_finite(const StepReport& report, std::int64_t step) {
  if (std::isfinite(report.loss) && std::isfinite(report.gradient_norm.value_or(0))) return;
  std::string message = fmt::format("{} the loss is {}", place(report.epoch, report.batch, step), report.loss);
  if (report.gradient_norm) message += fmt::format(" and the gradients' norm {}", *report.gradient_norm);
  throw Diverged(message);
}

std::optional<EpochReport> run_epoch(TrainingState& state, std::int64_t batches, const RunBatch& run_batch,
                                     const std::function<bool(const StepReport&)>& on_step, StepReport& last) {
  const auto start = std::chrono::steady_clock::now();
  bool stops = false;
  while (state.batch_in_epoch < batches) {
    const StepReport report = run_batch(state.batch_in_epoch);
    add_batch(state, report);
    last = report;
    stops = (on_step && !on_step(report)) || stops;
    if (stops && report.updated) return std::nullopt;
  }
  const EpochReport report{.epoch = state.epoch + 1,
                           .loss = state.epoch_loss_sum / static_cast<double>(state.epoch_tokens),
                           .tokens = state.epoch_tokens,
                           .seconds = seconds_since(start),
                           .learning_rate = last.learning_rate};
  finish_epoch(state);
  return report;
}

}  // namespace weft

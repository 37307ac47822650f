#include "models/training/run/log_records.h"

namespace weft {

Json batch_record(const StepReport& report, std::int64_t step, double tokens_per_second, double seconds) {
  return {{"event", "batch"},
          {"step", step},
          {"epoch", report.epoch},
          {"batch", report.batch},
          {"batches", report.batches},
          {"loss", report.loss},
          {"gradient_norm", report.gradient_norm},
          {"learning_rate", report.learning_rate},
          {"tokens_per_second", tokens_per_second},
          {"seconds", seconds}};
}

Json epoch_record(const EpochReport& report, std::int64_t step) {
  return {{"event", "epoch"},
          {"step", step},
          {"epoch", report.epoch},
          {"loss", report.loss},
          {"learning_rate", report.learning_rate},
          {"tokens_per_second", static_cast<double>(report.tokens) / report.seconds},
          {"epoch_seconds", report.seconds}};
}

Json memory_record(const ProgramMemory& memory) {
  return {
      {"programs", memory.programs}, {"bytes", memory.bytes}, {"budget", memory.budget}, {"evicted", memory.evicted}};
}

Json diverged_record(const TrainingState& state, std::string_view message, double seconds) {
  return {{"event", "diverged"},
          {"step", state.step + 1},
          {"epoch", state.epoch + 1},
          {"message", message},
          {"seconds", seconds}};
}

}  // namespace weft

#include "models/training/schedule.h"

#include <algorithm>
#include <cmath>

namespace weft {

double learning_rate(const LearningRateSchedule& schedule, const TrainingState& state) {
  const auto step = static_cast<double>(state.step + 1);
  const auto warmup = static_cast<double>(schedule.warmup);
  if (step < warmup) return schedule.learning_rate * step / warmup;
  switch (schedule.schedule) {
    case Schedule::constant:
      break;
    case Schedule::inverse_square_root:
      return schedule.learning_rate * std::sqrt(std::max(warmup, 1.0) / step);
    case Schedule::exponential:
      return schedule.learning_rate * std::pow(schedule.decay, static_cast<double>(state.epoch));
    case Schedule::plateau:
      return schedule.learning_rate * std::pow(schedule.decay, static_cast<double>(state.cuts));
  }
  return schedule.learning_rate;
}

void measured(const LearningRateSchedule& schedule, TrainingState& state, bool better) {
  state.worse_epochs = better ? 0 : state.worse_epochs + 1;
  if (schedule.schedule != Schedule::plateau || state.worse_epochs <= schedule.plateau_patience) return;
  ++state.cuts;
  state.worse_epochs = 0;
}

double average_weight(double decay, std::int64_t step) {
  const auto done = static_cast<double>(step - 1);
  return 1.0 - std::min(decay, done / (done + 9.0));
}

}  // namespace weft

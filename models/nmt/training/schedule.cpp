#include "models/nmt/training/schedule.h"

#include <algorithm>
#include <cmath>

namespace weft::nmt {

double learning_rate(const TrainingConfig& training, const TrainingState& state) {
  const auto step = static_cast<double>(state.step + 1);
  const auto warmup = static_cast<double>(training.warmup);
  if (step < warmup) return training.learning_rate * step / warmup;
  switch (training.schedule) {
    case Schedule::constant:
      break;
    case Schedule::inverse_square_root:
      return training.learning_rate * std::sqrt(std::max(warmup, 1.0) / step);
    case Schedule::exponential:
      return training.learning_rate * std::pow(training.decay, static_cast<double>(state.epoch));
    case Schedule::plateau:
      return training.learning_rate * std::pow(training.decay, static_cast<double>(state.cuts));
  }
  return training.learning_rate;
}

void measured(const TrainingConfig& training, TrainingState& state, bool better) {
  state.worse_epochs = better ? 0 : state.worse_epochs + 1;
  if (training.schedule != Schedule::plateau || state.worse_epochs <= training.plateau_patience) return;
  ++state.cuts;
  state.worse_epochs = 0;
}

double average_weight(double decay, std::int64_t step) {
  const auto done = static_cast<double>(step - 1);
  return 1.0 - std::min(decay, done / (done + 9.0));
}

}  // namespace weft::nmt

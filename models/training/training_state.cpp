#include "models/training/training_state.h"

#include <utility>

namespace weft {

double best_measure(const TrainingState& state, const std::string& name) {
  const auto at = state.best.find(name);
  return at == state.best.end() ? 0 : at->second;
}

void set_best(TrainingState& state, Measures measures) {
  state.best = std::move(measures);
  state.best_epoch = state.epoch;
}

bool out_of_patience(const TrainingState& state, std::int64_t patience) {
  return patience > 0 && state.epoch - state.best_epoch >= patience;
}

}  // namespace weft

#pragma once

#include <cstdint>

#include "models/training/training_state.h"

namespace weft {

/// How the learning rate changes with the steps, after the warmup in which it grows from nothing.
enum class Schedule {
  constant,
  inverse_square_root,  ///< falls as 1 / sqrt(step)
  exponential,          ///< times `decay` after each epoch
  plateau,              ///< times `decay` when the validation loss has not become less for some epochs
};

struct LearningRateSchedule {
  double learning_rate = 1e-3;  ///< the highest
  Schedule schedule = Schedule::constant;
  std::int64_t warmup = 0;            ///< steps
  double decay = 0.5;                 ///< of the learning rate
  std::int64_t plateau_patience = 0;  ///< epochs without a better one before a decay
};

/// The learning rate of the step that follows on `state`: LearningRateSchedule::learning_rate times a factor. In the
/// first `warmup` steps that is step / warmup. Then, by the schedule:
///   constant             1
///   inverse_square_root  sqrt(warmup / step), with a warmup of 1 at least (Vaswani et al., arXiv:1706.03762, 5.3)
///   exponential          decay ^ epochs done
///   plateau              decay ^ cuts, see measured()
double learning_rate(const LearningRateSchedule& schedule, const TrainingState& state);

/// The state after it was measured how good the model is, at the end of an epoch that was better than all before it or
/// was not: with the schedule plateau, after more than `plateau_patience` epochs in turn that were not the learning
/// rate is cut, and the count begins anew.
void measured(const LearningRateSchedule& schedule, TrainingState& state, bool better);

/// How far the moving average of the weights goes to the weights of a step (from 1): 1 - min(decay, (step - 1) / (step
/// + 8)), so that it begins as the first weights, and young averages forget their youth (TensorFlow's
/// ExponentialMovingAverage with num_updates).
double average_weight(double decay, std::int64_t step);

}  // namespace weft

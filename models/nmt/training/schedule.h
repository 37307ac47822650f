#pragma once

#include "models/nmt/config/config.h"
#include "models/nmt/training/run_directory.h"

namespace weft::nmt {

/// The learning rate of the step that follows on `state`: TrainingConfig::learning_rate times a factor. In the first
/// `warmup` steps that is step / warmup. Then, by the schedule:
///   constant             1
///   inverse-square-root  sqrt(warmup / step), with a warmup of 1 at least (Vaswani et al., arXiv:1706.03762, 5.3)
///   exponential          decay ^ epochs done
///   plateau              decay ^ cuts, see measured()
double learning_rate(const TrainingConfig& training, const TrainingState& state);

/// The state after the validation sentences were measured, at the end of an epoch that was better than all before it or
/// was not: with the schedule plateau, after more than `plateau_patience` epochs in turn that were not the learning
/// rate is cut, and the count begins anew.
void measured(const TrainingConfig& training, TrainingState& state, bool better);

/// How far the moving average of the weights goes to the weights of a step (from 1): 1 - min(decay, (step - 1) / (step
/// + 8)), so that it begins as the first weights, and young averages forget their youth (TensorFlow's
/// ExponentialMovingAverage with num_updates).
double average_weight(double decay, std::int64_t step);

}  // namespace weft::nmt

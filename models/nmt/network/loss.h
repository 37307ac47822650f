#pragma once

#include "graph/graph.h"
#include "models/nmt/network/model.h"
#include "ops/ops.h"

namespace weft::nmt {

/// The cross entropy of the words, padding left out: a scalar, named "loss".
Value declare_loss(const Forward& forward, LossNormalisation normalisation, double label_smoothing);

/// 1 where there is a word, 0 where padding is: [time, rows].
Value is_word(const Forward& forward);

/// What the loss divides the sum over all words by: their number, or that of the rows; a scalar. `word`: is_word().
Value loss_divisor(Value word, LossNormalisation normalisation);

}  // namespace weft::nmt

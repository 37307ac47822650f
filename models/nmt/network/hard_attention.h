#pragma once

#include <span>
#include <vector>

#include "graph/graph.h"
#include "models/nmt/config/config.h"
#include "models/nmt/network/model.h"

namespace weft::nmt {

/// -log(-log(u)) of uniform numbers within (0, 1): added to scores, it makes the place of the highest sum a sample of
/// their softmax (the Gumbel-max trick).
Value gumbel(Value uniform);

/// The gradients of what hard attention is trained for, the expected loss over all sequences of positions z, less the
/// entropy of their distributions, estimated from those that were drawn (Xu et al., arXiv:1502.03044, eq. 11 and 12;
/// Mnih et al., arXiv:1406.6247):
///
///   d loss(z) - 1/M sum_t [ R_t d log a_t(z_t) + lambda d H(a_t) ]
///   R_t = sum_{s >= t} [ log p(y_s) + lambda H(a_s) - b ]
///
/// where a_t is the distribution at step t, lambda the entropy's weight, M what the loss is divided by, and the sums
/// are over the tokens that are no padding. A position only matters to what comes from it on, so R_t is that; b,
/// `baseline`, a scalar, the moving mean of a word's log probability, changes no mean, as it does not depend on z. With
/// smoothed labels the reward is still the log probability of the word alone.
///
/// A row of `forward.expected` drew nothing (Xu et al., section 4.1): its loss has a gradient, and R_t no part in it.
std::vector<Value> hard_attention_gradients(const Forward& forward, Value loss, Value baseline,
                                            const TrainingConfig& training, std::span<const Value> parameters);

/// The baseline after a step: a scalar, `decay` of it and the rest of the mean log probability of the target's words,
/// of those that positions were drawn for, padding left out; the same as before if there are none.
Value moved_baseline(Value baseline, const Forward& forward, double decay);

}  // namespace weft::nmt

#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace weft {

/// Gradient accumulation: the gradients of some batches are summed up, and their mean makes one update. For batch b
/// with loss L_b, which is a mean over M_b tokens (or rows, as the loss's normalisation says; loss_divisor),
///
///   sum    = sum over b of M_b dL_b / dparameter        a state "accumulated/<parameter>" for each parameter
///   weight = sum over b of M_b                          a state "accumulated/weight"
///
/// sum / weight is the gradient of the mean over all those tokens: what one batch of all the sentences would have. In
/// which order the batches are added, PartialSums says; several processes may have some of them each (the pass
/// data-parallel).

/// The batch's part: the states grow by `sums`, M_b times the gradient of each parameter, and by `weight`, the scalar
/// M_b.
void accumulate_gradients(std::span<const Value> parameters, std::span<const Value> sums, Value weight);

/// The update's part: the mean gradient of each parameter. The states then begin anew, as zeros.
std::vector<Value> take_accumulated(std::span<const Value> parameters);

/// Whether the variable of that name is one of these states. They are zeros whenever an update is done, and so no part
/// of a checkpoint.
bool is_accumulated(std::string_view variable);

}  // namespace weft

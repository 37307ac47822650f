#pragma once

#include <span>
#include <string_view>

#include "graph/graph.h"
#include "ops/ops.h"

// What masked_cross_entropy and its gradient share. Not for users.

namespace weft {

/// "batch_mean", "token_mean".
std::string_view to_string(LossNormalisation normalisation);
/// The inverse of to_string. Throws Error that lists the names.
LossNormalisation parse_loss_normalisation(std::string_view name);

/// Throws Error unless logits [..., vocabulary] and targets [...] (i32) belong together and the attributes
/// "normalisation", "label_smoothing" and "batch_axis" are within their ranges.
void check_loss(const TensorType& logits, const TensorType& targets, const Attributes& attributes);

}  // namespace weft

#pragma once

#include <span>

#include "graph/graph.h"

// What layer_norm and rms_norm share: x [..., units] and vectors of [units], and the attribute "epsilon".

namespace weft {

/// Throws Error unless the attribute "epsilon" is positive and finite: of all normalisations.
void check_epsilon(const Attributes& attributes);
/// Throws Error unless x has a last axis, the others are vectors of its extent and of its type, and the epsilon is
/// positive.
void check_normalisation(std::span<const TensorType> operands, std::span<const std::string_view> names,
                         const Attributes& attributes);

}  // namespace weft

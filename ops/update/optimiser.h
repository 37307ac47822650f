#pragma once

#include <span>
#include <string_view>

#include "graph/graph.h"

// What the optimisers share. Not for users.

namespace weft {

/// Throws Error, beginning with the optimiser's name, unless there is one gradient of its type for each parameter, and
/// the learning rate is a scalar of the same element type.
void check_optimiser(std::string_view optimiser, std::span<const Value> parameters, std::span<const Value> gradients,
                     Value learning_rate);
/// A constant of the parameters' element type.
Value learning_rate_of(std::span<const Value> parameters, double learning_rate);
/// Throws Error, with both, unless the types are the same.
void require_like_parameter(const TensorType& type, std::string_view operand, const TensorType& parameter);
/// Throws Error unless the type is a scalar of the parameter's element type.
void require_learning_rate(const TensorType& type, const TensorType& parameter);

/// The optional last operand of an update: a scalar that the gradient is multiplied by, as clipping does. Throws Error
/// unless there are `count` operands, or one more that is a scalar of the parameter's element type.
void require_update_operands(std::span<const TensorType> operands, std::size_t count);

}  // namespace weft

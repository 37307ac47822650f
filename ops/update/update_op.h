#pragma once

#include <span>
#include <string_view>

#include "graph/graph.h"

// What the ops that update a parameter share. Not for users.

namespace weft {

/// Throws Error, with both, unless the types are the same.
void require_like_parameter(const TensorType& type, std::string_view operand, const TensorType& parameter);
/// Throws Error unless the type is a scalar of the parameter's element type.
void require_learning_rate(const TensorType& type, const TensorType& parameter);

/// The optional last operand of an update: a scalar that the gradient is multiplied by, as clipping does. Throws Error
/// unless there are `count` operands, or one more that is a scalar of the parameter's element type.
void require_update_operands(std::span<const TensorType> operands, std::size_t count);

/// The parameter, less what decoupled weight decay takes of it: of a matrix.
Value decayed(Value parameter, Value learning_rate, double weight_decay);

}  // namespace weft

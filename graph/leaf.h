#pragma once

#include <span>

#include "graph/graph.h"

namespace weft {

/// Whether the op is an input, parameter, state or constant.
bool is_leaf(const Op& op);

/// Whether the op is a parameter or a state: what updates may change, and what lives from run to run.
bool is_variable(const Op& op);

/// The tensor of a constant.
const Tensor& constant_value(const Node& constant);

/// Throws Error unless a leaf of that op may have these attributes and this type: a constant holds a tensor of its
/// type, a parameter is of a floating-point type, and a parameter or state names an initializer with its numbers.
void require_valid_leaf(const Op& op, const Attributes& attributes, const TensorType& type);

/// Throws Error unless the initializer exists and has as many arguments as it takes.
void require_valid_initializer(std::string_view name, std::span<const double> arguments);

}  // namespace weft

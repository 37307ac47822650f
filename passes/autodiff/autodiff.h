#pragma once

#include <span>
#include <vector>

#include "graph/graph.h"

namespace weft {

/// Appends to the graph d(loss)/d(parameter) for each parameter, in reverse mode: cotangents are summed where a value
/// is used several times, and only what the asked-for gradients need is built. The loss must be a scalar of a floating
/// type. A parameter that the loss does not depend on gets zeros. The results are ordinary values and can be
/// differentiated again. Throws Error that names the op when a path leads through one without a gradient.
std::vector<Value> gradients(Value loss, Values parameters);

/// The same, as vector-Jacobian product: the sum over i of <cotangents[i], results[i]> in the place of the loss.
std::vector<Value> vector_jacobian(Values results, Values cotangents, Values parameters);

}  // namespace weft

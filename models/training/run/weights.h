#pragma once

#include <memory>
#include <vector>

#include "backends/runtime/variables.h"
#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft {

// The weights that a trained model is used with: the parameters alone, without the optimiser's states. Where training
// keeps moving averages of them (moving_average), it is these. `graph` is any that declares the model's parameters.

/// Throws Error, before anything is allocated, unless a checkpoint's variables can be the model's weights: names the
/// parameter that is missing, of another type (with both), or holds what is no number.
void check_weights(const Graph& graph, const TensorMap& variables);

/// Those weights of a checkpoint's variables, under the parameters' names. Throws Error as check_weights does.
std::shared_ptr<Variables> load_weights(const Graph& graph, const TensorMap& variables);

/// Copies the moving averages that training keeps of the parameters, under the parameters' names.
void copy_averages(const Graph& graph, const Variables& from, Variables& to);

}  // namespace weft

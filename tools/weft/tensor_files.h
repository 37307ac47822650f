#pragma once

#include <string>

#include "backends/runtime/variables.h"
#include "graph/graph.h"
#include "graph/tensor.h"

// Tensors in safetensors files, checked against the graph that they are for.

namespace weft::tool {

/// The graph's inputs from a file. Throws Error that lists every input that is missing or of another type, and every
/// tensor that is no input.
TensorMap read_inputs(const std::string& path, const Graph& graph);

/// Sets the graph's variables from a file: every parameter must be there, states may be missing, other tensors are left
/// out. Throws Error that lists all that is missing or of another type.
void read_weights(const std::string& path, const Graph& graph, Variables& variables);

/// Throws Error unless every tensor of the file is among `tensors` with the same type, and no element further from it
/// than `tolerance` times the largest in the file (or 1, if that is more); with a tolerance of 0 the bits must be the
/// same. `kind`: what the tensors are, for the message: "output", "variable".
void require_expected(const std::string& path, const TensorMap& tensors, double tolerance, std::string_view kind);

}  // namespace weft::tool

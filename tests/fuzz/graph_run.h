#pragma once

#include <cstdint>
#include <string_view>

#include "backends/runtime/execution.h"
#include "graph/graph.h"
#include "graph/tensor.h"
#include "tests/fuzz/rounding_oracle.h"

// What the harnesses that run graphs share.

namespace weft::fuzz {

/// A number that stands for the graph: what is drawn for it is drawn from it.
std::uint64_t graph_seed(const Graph& graph);

struct GraphData {
  TensorMap inputs;
  TensorMap variables;
};
enum class Numbers {
  small,  ///< in [-1, 1)
  wild,   ///< with infinities, NaN, zeros of both signs, denormal and large numbers among them
};
/// What the graph's inputs and variables hold. Integers are ids.
GraphData draw_data(const Graph& graph, std::uint64_t seed, Numbers numbers);

/// What one run leaves behind.
struct Results {
  TensorMap outputs;
  TensorMap variables;
};
/// Sets the variables, in the execution's floating type `floats`, and runs.
Results run_once(Execution& execution, const GraphData& data, DType floats = DType::f32);

/// A finding, in the name of `who`, unless the results are as expected.
void compare(const Expectations& expected, const Results& results, std::string_view who);

/// A finding unless the bits are the same.
void require_same_bits(const Results& a, const Results& b, std::string_view who);

}  // namespace weft::fuzz

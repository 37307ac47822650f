#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/runtime/variables.h"
#include "graph/graph.h"

namespace weft {

/// A state "<optimiser>/step" (Optimiser::step), and the parameters whose updates go by it: by an operand, as Adam's, or
/// by a learning rate that is made of it. Those that it gives their dropout draws do not.
struct StepCount {
  std::string state;
  std::string parameters;  ///< as a message names them
};
/// Of a graph as it was declared.
std::vector<StepCount> step_counts(const Graph& graph);

/// Throws Error when a count in these variables is that of other parameters already: shared, it would run ahead of both
/// optimisers, and Adam's correction of its moments' bias, or a schedule, be wrong. Notes whose it is. `graph`: the name
/// of the graph whose counts they are.
void require_own_step_counts(std::span<const StepCount> counts, std::string_view graph, Variables& variables);

}  // namespace weft

#pragma once

// What the executions of a program know of it.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "backends/runtime/exchange.h"
#include "backends/runtime/kernel.h"
#include "backends/runtime/packed_copies.h"
#include "backends/runtime/program.h"
#include "backends/runtime/step_counts.h"
#include "backends/runtime/variables.h"

namespace weft {

struct Program::Impl {
  Graph graph;
  /// Those of the graph before the passes, which may have found that nobody reads one.
  std::vector<VariableDeclaration> variables;
  std::vector<StepCount> step_counts;
  std::map<std::string, SourceLine, std::less<>> input_lines;  ///< where they are declared, for messages
  ProgramReport report;
  std::shared_ptr<Exchange> exchange;
  std::vector<std::string> sums;  ///< the states that steps of the kind `start` send, by channel
  std::vector<NodeId> schedule;
  BufferPlan plan;
  std::vector<ProgramStep> steps;
  /// Of the steps of the kind `kernel`.
  std::vector<Kernel> kernels;
  std::vector<std::size_t> scratch_offsets;
  std::vector<std::optional<std::size_t>> copy_offsets;  ///< of the packed copy that a kernel has in the arena
  /// The copies of constants that kernels want packed; many threads may ask for them.
  mutable std::map<NodeId, PackedCopies> packed_constants;

  /// Makes all but the graph and its variables from the graph.
  void prepare(const Backend& backend, const CompileOptions& options);
};

/// Whether the value is the old content of a variable, which another update takes: the updates would write it over.
inline bool is_set_aside(const BufferPlan& plan, ValueId updated) {
  return plan.locations[updated.index].place == Location::Place::leaf;
}

}  // namespace weft

#pragma once

#include <cstddef>
#include <span>

#include "backends/runtime/program.h"
#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft {

class Execution;

/// A step of a run as an observer sees it: before the step its results are not there yet, after it operands may have
/// been written over.
struct StepView {
  const Graph& graph;
  const ProgramStep& step;
  std::size_t position = 0;                    ///< of Program::steps()
  std::span<const void* const> operands = {};  ///< of a kernel's node; there are none for copies
  std::span<void* const> results = {};

  bool is_kernel() const { return step.kind == ProgramStep::Kind::kernel; }
  const Node& node() const { return graph.node(step.node); }
  TensorView result(std::size_t index) const { return {graph.type(node().results[index]), results[index]}; }
};

/// Looks at the runs of one execution, on the thread that runs it. What it throws ends the run, and Execution::run
/// throws it on. Results do not depend on who looks.
class ExecutionObserver {
 public:
  virtual ~ExecutionObserver() = default;

  /// A run begins.
  virtual void start(const Execution& execution);
  virtual void before(const StepView& step);
  virtual void after(const StepView& step);
};

}  // namespace weft

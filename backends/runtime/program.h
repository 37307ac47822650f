#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/runtime/backend.h"
#include "backends/runtime/exchanged_variables.h"
#include "graph/graph.h"
#include "passes/memory/buffers.h"
#include "passes/pass.h"
#include "passes/pipeline.h"

namespace weft {

class Exchange;

struct CompileOptions {
  /// Names of passes of the pipeline to leave out.
  std::vector<std::string> disabled_passes = {};
  /// What matrix products take their factors in. bf16 is about twice as fast where the processor has instructions for it
  /// (has_bf16_instructions), slower where it has not.
  Precision precision = Precision::f32;
  /// Names of passes to run after the pipeline, which has them not: "int8-weights", "bf16-weights".
  std::vector<std::string> extra_passes = {};
  /// What the pass manager calls before and after passes, for dumps and proofs (PassCheck).
  PassObserver observer = {};
  /// The working memory may have at most so many bytes: values are computed again instead of kept (the pass
  /// rematerialise) until they fit. compile() throws Error, with the least that was reached, when they cannot.
  std::optional<std::size_t> memory_budget = {};
  /// What processes send each other while programs compute; without it, a collective op returns when it is done.
  std::shared_ptr<Exchange> exchange = {};
  /// With that: of another program's variables, the sums that this one completes and is to start, and the parameters
  /// that it must wait for before it reads them.
  ExchangedVariables exchanged = {};
  /// compile() follows the memory plan through the schedule and throws InternalError, naming both values, when one is
  /// written over before its last use (check_buffers).
  bool check_memory_plan = false;
  /// Sees the memory plan before it is used; tests plant mistakes in it.
  std::function<void(BufferPlan&)> on_memory_plan = {};
};

/// What keeping to a memory budget cost, and what it brought.
struct RematerialiseReport {
  std::size_t nodes = 0;        ///< computed a second time
  double flops = 0;             ///< of them, in one run
  std::size_t bytes_saved = 0;  ///< of working memory
};

/// What compiling made of a graph.
struct ProgramReport {
  std::size_t kernels = 0;
  std::size_t arena_bytes = 0;         ///< working memory that a run takes
  std::size_t lower_bound_bytes = 0;   ///< the most bytes live at once
  std::size_t naive_bytes = 0;         ///< every value in a place of its own
  double flops = 0;                    ///< of one run
  RematerialiseReport rematerialised;  ///< what keeping to CompileOptions::memory_budget cost
};

/// What a run does at one point of the schedule.
struct ProgramStep {
  enum class Kind {
    kernel,
    part,     ///< copies a part into its concat, where it could not be computed in place
    start,    ///< starts to send a sum (CompileOptions::exchanged)
    await,    ///< waits for a parameter, likewise
    outputs,  ///< copies to where the outputs are wanted
    updates,  ///< copies into the variables that were not updated in place
  };
  Kind kind = Kind::kernel;
  std::size_t index = 0;            ///< among the steps of its kind; a channel
  NodeId node = {};                 ///< that it computes, or prepares the parts of; null for outputs and updates
  std::string_view op;              ///< "matmul", "output", "update"
  std::string_view implementation;  ///< what runs it: "sgemm", "matmul:packed", "loop", "copy"
  double flops = 0;
  double bytes = 0;  ///< read and written
};

/// A compiled graph: the graph as it runs, its memory plan, and a flat list of prepared kernels. It never changes, has
/// no data of its own, and copies of it are the same one: any number of executions, on any threads, share it.
class Program {
 public:
  /// After all passes.
  const Graph& graph() const;
  const ProgramReport& report() const;
  /// In the order in which they happen: `outputs` and `updates` come last, but for sums that start when they are copied.
  std::span<const ProgramStep> steps() const;
  /// The nodes in the order that the memory plan is made for.
  std::span<const NodeId> schedule() const;
  const BufferPlan& memory_plan() const;

 private:
  friend Program compile(const Graph& graph, const Backend& backend, const CompileOptions& options);
  friend class Execution;
  struct Impl;
  explicit Program(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// Runs the pipeline of passes on a copy of the graph, plans its memory and prepares its kernels.
Program compile(const Graph& graph, const Backend& backend, const CompileOptions& options = {});

}  // namespace weft

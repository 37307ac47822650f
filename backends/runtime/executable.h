#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/runtime/arena.h"
#include "backends/runtime/backend.h"
#include "backends/runtime/profile.h"
#include "backends/runtime/variables.h"
#include "graph/graph.h"
#include "graph/tensor.h"
#include "passes/memory/buffers.h"
#include "passes/pass.h"

namespace weft {

struct CompileOptions {
  /// Shared parameters and states; without them the executable makes its own from `seed`.
  std::shared_ptr<Variables> variables = {};
  /// Shared working memory; without it the executable makes its own.
  std::shared_ptr<Arena> arena = {};
  std::uint64_t seed = 1;
  /// Names of passes of the pipeline to leave out.
  std::vector<std::string> disabled_passes = {};
  /// Names of passes to run after the pipeline, which has them not: "int8-weights", "bf16-weights".
  std::vector<std::string> extra_passes = {};
  /// What the pass manager calls before and after passes, for dumps and proofs (PassCheck).
  PassObserver observer = {};
  /// The arena may have at most so many bytes: values are computed again instead of kept (the pass rematerialise)
  /// until they fit. compile() throws Error, with the least that was reached, when they cannot.
  std::optional<std::size_t> memory_budget = {};
  /// Fills every region of the arena with NaN after its last use, and all of it before a run, so that a kernel that
  /// reads what it must not makes itself known. Results are the same; runs are slower.
  bool poison = false;
  /// Looks at every kernel's results as soon as they are there: run() throws NumericsError, which names the first node
  /// that makes a NaN or an infinity, with the ranges of its operands. Results are the same; runs are a little slower.
  bool check_numerics = false;
  /// compile() follows the memory plan through the schedule and throws InternalError, naming both values, when one is
  /// written over before its last use (check_buffers).
  bool check_memory_plan = false;
  /// Sees the memory plan before it is used; tests plant mistakes in it.
  std::function<void(BufferPlan&)> on_memory_plan = {};
  /// Sees the results of every kernel right after it has run, in the order of the schedule. Views, and concats whose
  /// parts are computed in place, have no kernel.
  std::function<void(const Graph& graph, NodeId node, std::span<const TensorView> results)> on_kernel = {};
};

/// What keeping to a memory budget cost, and what it brought.
struct RematerialiseReport {
  std::size_t nodes = 0;        ///< computed a second time
  double flops = 0;             ///< of them, in one run
  std::size_t bytes_saved = 0;  ///< of the arena
};

/// What compiling made of a graph.
struct ExecutableReport {
  std::size_t kernels = 0;
  std::size_t arena_bytes = 0;         ///< the plan's size
  std::size_t lower_bound_bytes = 0;   ///< the most bytes live at once
  std::size_t naive_bytes = 0;         ///< every value in a place of its own
  double flops = 0;                    ///< of one run
  RematerialiseReport rematerialised;  ///< what keeping to CompileOptions::memory_budget cost
};

/// A compiled graph: a flat list of prepared kernels over fixed addresses.
class Executable {
 public:
  Executable(Executable&&) noexcept;
  Executable& operator=(Executable&&) noexcept;
  ~Executable();

  /// Runs once. Allocates nothing after the first call, but for what oneDNN does within its primitives and OpenMP for
  /// its teams of threads. Throws Error for bad data, naming the node; variables may then have been updated or not.
  void run();

  /// Memory of an input, to be filled before a run. Stays good while the executable lives; keeps its content across
  /// runs. Throws Error that lists the inputs when there is none of that name.
  TensorView input(std::string_view name) const;
  /// Memory of an output; its content stays until this executable runs again. Throws Error that lists the outputs.
  TensorView output(std::string_view name) const;
  /// Lets the input live in memory of the caller, aligned to a cache line, that stays while the executable runs: so
  /// that what one executable puts out another one reads without a copy. Throws Error when the types differ.
  void bind_input(std::string_view name, const TensorView& memory);
  /// Likewise for an output; it may be the memory of an input, which then is fed back.
  void bind_output(std::string_view name, const TensorView& memory);
  /// Copies a tensor into an input. Throws Error when the types differ.
  void set(std::string_view name, const Tensor& tensor);
  /// A copy of an output.
  Tensor get(std::string_view name) const;
  /// Sets the inputs, runs, and returns all outputs.
  TensorMap run(const TensorMap& inputs);

  Variables& variables() const;
  /// The graph as it runs, after all passes.
  const Graph& graph() const;
  const ExecutableReport& report() const;

  /// Times every kernel of the runs from now on; what was measured before is forgotten. When off, as at first, runs
  /// are not slowed down.
  void profile_runs(bool on);
  /// One entry a kernel and a copy, in the order of the schedule; empty when profiling is off.
  std::span<const KernelProfile> profile() const;
  /// When the last run that was profiled began.
  ProfiledCall::Clock::time_point profile_start() const;

 private:
  friend Executable compile(const Graph& graph, const Backend& backend, const CompileOptions& options);
  struct Impl;
  explicit Executable(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Runs the pipeline of passes on a copy of the graph, plans its memory and prepares its kernels.
Executable compile(const Graph& graph, const Backend& backend, const CompileOptions& options = {});

}  // namespace weft

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "backends/runtime/arena.h"
#include "backends/runtime/execution_observer.h"
#include "backends/runtime/program.h"
#include "backends/runtime/variables.h"
#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft {

struct ExecutionOptions {
  /// Shared parameters and states; without them the execution makes its own from `seed`.
  std::shared_ptr<Variables> variables = {};
  /// Shared working memory; without it the execution makes its own.
  std::shared_ptr<Arena> arena = {};
  std::uint64_t seed = 1;
};

/// A program with data: bound to variables, working memory, inputs and outputs. For one thread at a time; two
/// executions, of one program too, run at once on two threads when they share no arena, and neither updates variables
/// that the other one reads.
class Execution {
 public:
  /// Without a program: to be assigned before it is used.
  Execution();
  /// Throws Error when a shared variable has another type than the program's, or another initializer has filled it.
  Execution(Program program, const ExecutionOptions& options = {});
  Execution(Execution&&) noexcept;
  Execution& operator=(Execution&&) noexcept;
  ~Execution();

  /// Runs once. Allocates nothing after the first call, but for what oneDNN does within its primitives and OpenMP for
  /// its teams of threads. Throws Error for an input that is read and was never set; for bad data, naming the node (variables may then
  /// have been updated or not); and when another thread runs this execution, one with the same arena, or one that
  /// updates variables of this one or reads those that this one updates.
  void run();

  /// Memory of an input, to be filled before a run. Stays good while the execution lives; keeps its content across
  /// runs. Throws Error that lists the inputs when there is none of that name.
  TensorView input(std::string_view name) const;
  /// Memory of an output; its content stays until this execution runs again. Throws Error that lists the outputs.
  TensorView output(std::string_view name) const;
  /// Lets the input live in memory of the caller, aligned to a cache line, that stays while the execution runs: so that
  /// what one execution puts out another one reads without a copy. Throws Error when the types differ.
  void bind_input(std::string_view name, const TensorView& memory);
  /// Likewise for an output; it may be the memory of an input, which then is fed back.
  void bind_output(std::string_view name, const TensorView& memory);
  /// Copies a tensor into an input. Throws Error when the types differ.
  void set(std::string_view name, const Tensor& tensor);
  /// Copies elements, row-major, into an input. Throws Error when their type or number is another.
  template <typename T>
  void set(std::string_view name, const std::vector<T>& elements) {
    set(name, dtype_of<T>(), std::as_bytes(std::span(elements)));
  }
  /// A copy of an output. Throws Error before the first run.
  Tensor get(std::string_view name) const;
  /// Sets the inputs, runs, and returns all outputs.
  TensorMap run(const TensorMap& inputs);

  Variables& variables() const;
  const Program& program() const;
  /// The program's.
  const Graph& graph() const { return program().graph(); }
  const ProgramReport& report() const { return program().report(); }
  /// The working memory of the next run.
  std::span<std::byte> working_memory() const;

  /// Lets the observer look at all runs from now on.
  void attach(std::shared_ptr<ExecutionObserver> observer);
  void detach(const ExecutionObserver& observer);
  std::span<const std::shared_ptr<ExecutionObserver>> observers() const;

 private:
  struct Impl;
  Impl& impl() const;
  void set(std::string_view name, DType dtype, std::span<const std::byte> elements);

  std::unique_ptr<Impl> impl_;
};

}  // namespace weft

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "backends/backend.h"
#include "graph/graph.h"
#include "graph/tensor.h"
#include "passes/pass.h"

namespace weft {

/// The content of parameters and states, by name. Shared by all executables that are compiled with it, so that one
/// model in several shapes trains one set of weights.
class Variables {
 public:
  explicit Variables(std::uint64_t seed = 1);
  ~Variables();
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;

  /// Adds the graph's parameters and states that are missing, filled by their initializers: the same content for the
  /// same seed and name, whatever else the graph holds. Throws Error when one of that name is there with another type.
  void initialise(const Graph& graph);
  bool contains(std::string_view name) const;
  /// In the names' order.
  std::vector<std::string> names() const;
  const Tensor& get(std::string_view name) const;
  /// Throws Error when the name is unknown or the type differs.
  void set(std::string_view name, const Tensor& tensor);
  /// Copies of all.
  TensorMap snapshot() const;

  struct Entry {
    Tensor tensor;
    std::uint64_t version = 1;  ///< changes with the content
  };
  /// The entry itself, at an address that stays; for executables.
  Entry& entry(std::string_view name);

 private:
  struct Storage;
  std::unique_ptr<Storage> storage_;
};

/// Working memory that executables share: as large as the largest plan. Only one of them runs at a time.
class Arena {
 public:
  Arena();
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  /// Makes room; the memory may move.
  void reserve(std::size_t bytes);
  std::byte* data() const;
  std::size_t bytes() const;

 private:
  struct Storage;
  std::unique_ptr<Storage> storage_;
};

struct CompileOptions {
  /// Shared parameters and states; without them the executable makes its own from `seed`.
  std::shared_ptr<Variables> variables;
  /// Shared working memory; without it the executable makes its own.
  std::shared_ptr<Arena> arena;
  std::uint64_t seed = 1;
  /// Names of passes of the pipeline to leave out.
  std::vector<std::string> disabled_passes;
  /// What the pass manager calls before and after passes, for dumps.
  PassObserver observer;
};

/// What compiling made of a graph.
struct ExecutableReport {
  std::size_t kernels = 0;
  std::size_t arena_bytes = 0;        ///< the plan's size
  std::size_t lower_bound_bytes = 0;  ///< the most bytes live at once
  std::size_t naive_bytes = 0;        ///< every value in a place of its own
  double flops = 0;                   ///< of one run
};

/// A compiled graph: a flat list of prepared kernels over fixed addresses.
class Executable {
 public:
  Executable(Executable&&) noexcept;
  Executable& operator=(Executable&&) noexcept;
  ~Executable();

  /// Runs once. Allocates nothing after the first call. Throws Error for bad data, naming the node.
  void run();

  /// Memory of an input, to be filled before a run. Stays good while the executable lives; keeps its content across
  /// runs. Throws Error that lists the inputs when there is none of that name.
  TensorView input(std::string_view name) const;
  /// Memory of an output, good until the next run of an executable that shares the arena... the content is kept apart
  /// from the arena, so it stays until this executable runs again.
  TensorView output(std::string_view name) const;
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

 private:
  friend Executable compile(const Graph& graph, const Backend& backend, const CompileOptions& options);
  struct Impl;
  explicit Executable(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Runs the pipeline of passes on a copy of the graph, plans its memory and prepares its kernels.
Executable compile(const Graph& graph, const Backend& backend, const CompileOptions& options = {});

}  // namespace weft

#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "graph/graph.h"

namespace weft::onednn {
class KernelSelection;
}

namespace weft {

/// What a kernel works on: the addresses of its node's operands and results, and scratch memory of the size it asked
/// for (aligned to 64 bytes, undefined content).
struct KernelBuffers {
  std::span<const void* const> operands;
  std::span<void* const> results;
  void* scratch = nullptr;

  template <typename T>
  const T* operand(std::size_t index) const {
    return static_cast<const T*>(operands[index]);
  }
  template <typename T>
  T* result(std::size_t index) const {
    return static_cast<T*>(results[index]);
  }
};

/// One prepared kernel: everything but the addresses was decided when it was made. Running it allocates nothing. It
/// throws Error for bad data (an id outside a table).
struct Kernel {
  std::function<void(const KernelBuffers&)> run;
  std::size_t scratch_bytes = 0;
  /// What runs it: "sgemm", "matmul:packed", "loop", for reports.
  const char* kind = "loop";
};

/// Says whether the content of a parameter, a state, a constant, or a view of one, is still what it was.
struct Version {
  /// Changes when the content does; nullptr for what changes with each run.
  const std::uint64_t* counter = nullptr;
  /// Of a view: its first element in the variable. Two versions are of the same content when both are equal.
  std::int64_t offset = 0;

  explicit operator bool() const { return counter != nullptr; }
  friend auto operator<=>(const Version&, const Version&) = default;
};

/// What a kernel factory sees of its node.
struct KernelSpec {
  const Node& node;
  std::span<const TensorType> operands;
  std::span<const TensorType> results;
  /// For each operand: what of its content a kernel may keep a packed copy of.
  std::span<const Version> versions;
  /// Which of oneDNN's kernels runs which product (CompileOptions::kernel_selection); nullptr: those of the rule.
  const onednn::KernelSelection* selection = nullptr;
};

using KernelFactory = Kernel(const KernelSpec& spec);

}  // namespace weft

#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "graph/graph.h"

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

/// What a kernel factory sees of its node.
struct KernelSpec {
  const Node& node;
  std::span<const TensorType> operands;
  std::span<const TensorType> results;
  /// For each operand that is a parameter, a state or a constant: a counter that changes when its content does, so that
  /// a kernel may keep a packed copy. nullptr for other operands, whose content changes with each run.
  std::span<const std::uint64_t* const> versions;
};

using KernelFactory = Kernel(const KernelSpec& spec);

}  // namespace weft

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "backends/runtime/packed_copies.h"
#include "graph/graph.h"

namespace weft {

class Exchange;

/// What a kernel works on: the addresses of its node's operands and results, and scratch memory of the size it asked
/// for (aligned to 64 bytes, undefined content).
struct KernelBuffers {
  std::span<const void* const> operands;
  std::span<void* const> results;
  void* scratch = nullptr;
  std::span<const PackedOperand> packed = {};  ///< what Kernel::packed asks for

  template <typename T>
  const T* operand(std::size_t index) const {
    return static_cast<const T*>(operands[index]);
  }
  template <typename T>
  T* result(std::size_t index) const {
    return static_cast<T*>(results[index]);
  }
};

/// One prepared kernel: everything but the addresses was decided when it was made. It has no memory of its own, so that
/// several threads may run it at once. Running it allocates nothing. It throws Error for bad data (an id outside a table).
struct Kernel {
  std::function<void(const KernelBuffers&)> run;
  std::size_t scratch_bytes = 0;
  /// What runs it: "sgemm", "matmul:packed", "loop", for reports.
  const char* kind = "loop";
  /// The operands that it wants packed.
  std::vector<PackRequest> packed = {};
};

/// How long the content of an operand stays.
enum class Lifetime : std::uint8_t {
  run,      ///< until the next run
  program,  ///< until somebody changes it: a parameter, a state, a constant, or a view of one
};

/// What a kernel factory sees of its node.
struct KernelSpec {
  const Node& node;
  std::span<const TensorType> operands;
  std::span<const TensorType> results;
  std::span<const Lifetime> lifetimes;  ///< of the operands
  Exchange* exchange = nullptr;         ///< where there is one, nodes with a channel send by it; it outlives the kernel

  bool is_lasting(std::size_t operand) const { return lifetimes[operand] == Lifetime::program; }
};

using KernelFactory = Kernel(const KernelSpec& spec);

}  // namespace weft

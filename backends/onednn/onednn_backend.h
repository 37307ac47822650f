#pragma once

#include <memory>

#include "backends/runtime/backend.h"
#include "backends/runtime/program.h"

namespace weft::onednn {
class KernelSelection;

/// Whether the processor multiplies bf16 by instructions of its own (AVX512_BF16), at twice the rate of f32. Without
/// them, products in bf16 are those of their factors in f32, and slower.
bool has_bf16_instructions();
}  // namespace weft::onednn

namespace weft {

struct OnednnOptions {
  /// Which kernel runs which product (products/kernel_selection.h); without it those of the rule. Results differ in
  /// their rounding.
  std::shared_ptr<const onednn::KernelSelection> kernels = {};
  /// The threads that kernels run on; 0: as many as OpenMP has when they are made, or one, for kernels that more do not
  /// make faster. Results are the same.
  int threads = 0;
  /// The processes that train together (backends/mpi); without it, one alone.
  std::shared_ptr<const Communicator> communicator = {};
  /// What these send each other of the gradients of large parameters is rounded to. With bf16 results depend on how many
  /// they are.
  Precision communicate = Precision::f32;
};

/// oneDNN primitives and vectorised loops, in float32, threaded.
const Backend& onednn_backend();
std::shared_ptr<const Backend> onednn_backend(const OnednnOptions& options);

/// Compiles for this backend, by its rules.
inline Program compile(const Graph& graph, const CompileOptions& options = {}) {
  return compile(graph, onednn_backend(), options);
}

}  // namespace weft

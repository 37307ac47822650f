#pragma once

#include <cstdint>
#include <memory>

#include "backends/onednn/codegen/body_program.h"
#include "backends/runtime/kernel.h"

namespace weft::onednn {

/// Runs the code that is generated for a fusion's body. Each element comes from the same operations as without fusion, so
/// that bits do not change, whatever the instruction set.
class FusedCode {
 public:
  /// Throws Error when an element type has no code, or memory for it is refused.
  FusedCode(std::shared_ptr<const Graph> body, InstructionSet instructions);

  /// Rows, or parts of rows in which nothing is reduced, are shared among threads.
  void run(const KernelBuffers& buffers) const;

 private:
  std::shared_ptr<const Graph> body_;
  BodyProgram made_;
  VectorCode code_;
  std::int64_t buffer_stride_ = 0;  ///< bytes from row buffer to row buffer
};

}  // namespace weft::onednn

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/products/int8_matrix.h"
#include "backends/onednn/products/int8_products.h"

// Loops of our own rather than oneDNN's: its 8-bit product knows no step for each row of the left operand, so that its
// 32-bit sums would be written and read once more.

namespace weft::onednn {

Kernel int8_dense(const KernelSpec& spec) {
  require_f32(spec);
  const Shape& kernel = spec.operands[1].shape;
  const std::int64_t rows = spec.operands[0].shape.volume() / kernel[0];
  const bool with_bias = spec.operands.size() > 2;
  return {[rows, with_bias, loops = best_int8_loops()](const KernelBuffers& buffers) {
            run_int8_product(buffers.operand<float>(0), buffers.packed[0].as<Int8Matrix>(),
                             with_bias ? buffers.operand<float>(2) : nullptr, buffers.result<float>(0), rows,
                             buffers.scratch, loops);
          },
          int8_scratch_bytes(Int8Matrix(kernel[0], kernel[1]), rows),
          "int8",
          {Int8Matrix::request(1, kernel[0], kernel[1])}};
}

}  // namespace weft::onednn

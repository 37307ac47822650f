#include <memory>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/products/low_precision_matrix.h"
#include "backends/onednn/products/low_precision_products.h"
#include "ops/matrix/weight_precision.h"

// Loops of our own rather than oneDNN's: its 8-bit product knows no step for each row of the left operand, so that its
// 32-bit sums would be written and read once more, and none of its products takes bf16 weights with floats.

namespace weft::onednn {

Kernel low_precision_dense(const KernelSpec& spec) {
  require_f32(spec);
  const Shape& kernel = spec.operands[1].shape;
  const WeightPrecision weights = weight_precision_of(spec.node.attributes);
  const std::int64_t rows = spec.operands[0].shape.volume() / kernel[0];
  const bool with_bias = spec.operands.size() > 2;
  const LowPrecisionMatrix matrix(kernel[0], kernel[1], weights);
  return {[rows, with_bias, loops = best_low_precision_loops(weights)](const KernelBuffers& buffers) {
            run_low_precision_product(buffers.operand<float>(0), buffers.packed[0].as<LowPrecisionMatrix>(),
                                      with_bias ? buffers.operand<float>(2) : nullptr, buffers.result<float>(0), rows,
                                      buffers.scratch, loops);
          },
          low_precision_scratch_bytes(matrix, rows),
          weights == WeightPrecision::bf16 ? "low-precision:bf16" : "low-precision:int8",
          {LowPrecisionMatrix::request(1, kernel[0], kernel[1], weights)}};
}

}  // namespace weft::onednn

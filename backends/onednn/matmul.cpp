#include <memory>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/primitive.h"
#include "backends/onednn/vector_products.h"

// How a product runs was chosen by measurement, among ways whose bits do not depend on the number
// of threads:
//
// - The right operand is a variable: a packed copy of it, made once after each update and shared. A row's bits then do
//   not depend on the rows beside it. But transposed with many rows (the gradient of a layer's input), packing costs
//   more than it gains, and the plain order is read.
// - The left operand enters transposed (weight gradients), or both operands are computed in the run: sgemm, by tiles.
// - Batches of vectors, also of one: loops of our own, so that a vector's bits do not depend on the batch's size.
// - Anything else: oneDNN's matmul on the plain order.

namespace weft::onednn {
namespace {

/// From so many rows on, a transposed variable is not packed.
constexpr std::int64_t many_rows = 256;

Kernel packed_kernel(const Product& product, const Version& version) {
  const auto primitive = std::make_shared<const ProductPrimitive>(product, RightOperand::packed);
  const std::shared_ptr<PackedMatrix> right = PackedMatrix::shared(version, primitive->layout());
  return {[primitive, right, bias = product.bias](const KernelBuffers& buffers) {
            right->refresh(buffers.operand<float>(1));
            primitive->run(buffers.operand<float>(0), *right, bias ? buffers.operand<float>(2) : nullptr,
                           buffers.result<float>(0), buffers.scratch);
          },
          primitive->scratch_bytes(), "matmul:packed"};
}

Kernel plain_kernel(const Product& product) {
  const auto primitive = std::make_shared<const ProductPrimitive>(product, RightOperand::plain);
  return {[primitive, bias = product.bias](const KernelBuffers& buffers) {
            primitive->run(buffers.operand<float>(0), buffers.operand<float>(1),
                           bias ? buffers.operand<float>(2) : nullptr, buffers.result<float>(0), buffers.scratch);
          },
          primitive->scratch_bytes(), "matmul:plain"};
}

Kernel sgemm_kernel(const Product& product) {
  return {[product](const KernelBuffers& buffers) {
            run_sgemm_tiles(product, buffers.operand<float>(0), buffers.operand<float>(1), buffers.result<float>(0));
          },
          0, "sgemm"};
}

Kernel vector_kernel(const Product& product) {
  return {[product](const KernelBuffers& buffers) {
    run_vector_products(product, buffers.operand<float>(0), buffers.operand<float>(1), buffers.result<float>(0));
  }};
}

Kernel product_kernel(const Product& product, const Version& right_version, bool batched) {
  if (batched && is_vector_product(product)) return vector_kernel(product);
  if (product.batch > 1) return plain_kernel(product);
  if (product.transpose_a) return sgemm_kernel(product);
  const bool pack = right_version && !(product.transpose_b && product.m >= many_rows);
  if (pack) return packed_kernel(product, right_version);
  if (!product.bias && !product.transpose_b) return sgemm_kernel(product);
  return plain_kernel(product);
}

}  // namespace

Kernel matmul(const KernelSpec& spec) {
  require_f32(spec);
  const Shape& a = spec.operands[0].shape;
  const Shape& y = spec.results[0].shape;
  const bool transpose_a = spec.node.attributes.get<bool>("transpose_a");
  const bool transpose_b = spec.node.attributes.get<bool>("transpose_b");
  return product_kernel({.batch = y.rank() == 3 ? y[0] : 1,
                         .m = y[-2],
                         .k = transpose_a ? a[-2] : a[-1],
                         .n = y[-1],
                         .transpose_a = transpose_a,
                         .transpose_b = transpose_b},
                        spec.versions[1], y.rank() == 3);
}

Kernel dense(const KernelSpec& spec) {
  require_f32(spec);
  const Shape& x = spec.operands[0].shape;
  const Shape& kernel = spec.operands[1].shape;
  return product_kernel({.m = x.volume() / x[-1], .k = kernel[0], .n = kernel[1], .bias = true}, spec.versions[1],
                        false);
}

}  // namespace weft::onednn

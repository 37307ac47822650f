#include <memory>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/products/primitive.h"
#include "backends/onednn/products/product_kernel.h"
#include "backends/onednn/products/vector_products.h"
#include "graph/base/error.h"
#include "ops/forms.h"

namespace weft::onednn {
namespace {

Kernel packed_kernel(const Product& product, const Version& version) {
  const auto primitive = ProductPrimitive::shared(product, RightOperand::packed);
  const std::shared_ptr<PackedMatrix> right = PackedMatrix::shared(version, primitive->layout());
  return {[primitive, right, bias = product.bias](const KernelBuffers& buffers) {
            right->refresh(buffers.operand<float>(1));
            primitive->run(buffers.operand<float>(0), *right, bias ? buffers.operand<float>(2) : nullptr,
                           buffers.result<float>(0), buffers.scratch);
          },
          primitive->scratch_bytes(), "matmul:packed"};
}

Kernel plain_kernel(const Product& product) {
  const auto primitive = ProductPrimitive::shared(product, RightOperand::plain);
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

Kernel selected_kernel(const KernelSpec& spec, const ProductSite& site) {
  const ProductKernel kernel = spec.selection != nullptr ? spec.selection->kernel(site) : kernel_by_rule(site);
  return product_kernel(site.product, kernel, spec.versions[1]);
}

}  // namespace

ProductSite matmul_site(const KernelSpec& spec) {
  const Shape& a = spec.operands[0].shape;
  const Shape& y = spec.results[0].shape;
  const MatmulForm form = matmul_form(spec.node);
  return {.product = {.batch = y.rank() == 3 ? y[0] : 1,
                      .m = y[-2],
                      .k = form.transpose_a ? a[-2] : a[-1],
                      .n = y[-1],
                      .transpose_a = form.transpose_a,
                      .transpose_b = form.transpose_b},
          .batched = y.rank() == 3,
          .variable = static_cast<bool>(spec.versions[1])};
}

ProductSite dense_site(const KernelSpec& spec) {
  const Shape& x = spec.operands[0].shape;
  const Shape& kernel = spec.operands[1].shape;
  return {.product = {.m = x.volume() / x[-1], .k = kernel[0], .n = kernel[1], .bias = true},
          .variable = static_cast<bool>(spec.versions[1])};
}

Kernel product_kernel(const Product& product, ProductKernel kernel, const Version& right) {
  switch (kernel) {
    case ProductKernel::packed:
      return packed_kernel(product, right);
    case ProductKernel::plain:
      return plain_kernel(product);
    case ProductKernel::sgemm:
      return sgemm_kernel(product);
    case ProductKernel::vector:
      return vector_kernel(product);
  }
  throw InternalError("a product is to run by no kernel that there is");
}

Kernel matmul(const KernelSpec& spec) {
  require_f32(spec);
  return selected_kernel(spec, matmul_site(spec));
}

Kernel dense(const KernelSpec& spec) {
  require_f32(spec);
  return selected_kernel(spec, dense_site(spec));
}

}  // namespace weft::onednn

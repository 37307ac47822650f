#include <memory>
#include <optional>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/broadcast_walk.h"
#include "backends/onednn/products/bf16_products.h"
#include "backends/onednn/products/primitive.h"
#include "backends/onednn/products/product_kernel.h"
#include "backends/onednn/products/vector_products.h"
#include "graph/base/bfloat16.h"
#include "graph/base/error.h"
#include "ops/forms.h"
#include "ops/op_list.h"

namespace weft::onednn {
namespace {

/// What a product that is prepared, a ProductPrimitive or a Bf16Product, computes of the operands as they are.
template <typename Prepared>
Kernel on_plain(const std::shared_ptr<const Prepared>& prepared, bool bias, const char* kind) {
  return {[prepared, bias](const KernelBuffers& buffers) {
            prepared->run(buffers.operands[0], buffers.operands[1], bias ? buffers.operand<float>(2) : nullptr,
                          buffers.result<float>(0), buffers.scratch);
          },
          prepared->scratch_bytes(), kind};
}

/// The same with a copy of the right operand.
template <typename Copy, typename Prepared>
Kernel on_copy(const std::shared_ptr<const Prepared>& prepared, bool bias, const char* kind) {
  return {[prepared, bias](const KernelBuffers& buffers) {
            prepared->run(buffers.operands[0], buffers.packed[0].as<Copy>(), bias ? buffers.operand<float>(2) : nullptr,
                          buffers.result<float>(0), buffers.scratch);
          },
          prepared->scratch_bytes(),
          kind,
          {prepared->packing(1)}};
}

Kernel packed_kernel(const Product& product) {
  return on_copy<PackedMatrix>(ProductPrimitive::shared(product, RightOperand::packed), product.bias, "matmul:packed");
}

Kernel plain_kernel(const Product& product) {
  return on_plain(ProductPrimitive::shared(product, RightOperand::plain), product.bias, "matmul:plain");
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

/// On panels that are kept as long as the right operand lasts, or made in each run.
Kernel panels_kernel(const Product& product, RightOperand right) {
  const auto prepared = std::make_shared<const Bf16Product>(product, right);
  if (right == RightOperand::plain) return on_plain(prepared, product.bias, "panels");
  return on_copy<Bf16Panels>(prepared, product.bias, "panels");
}

/// The batch axes of a and b; none where both have all matrices.
std::optional<BroadcastWalk<2>> broadcast_batches(const KernelSpec& spec) {
  if (spec.node.op != &op::matmul) return std::nullopt;
  const Shape a = batch_shape(spec.operands[0].shape);
  const Shape b = batch_shape(spec.operands[1].shape);
  const Shape y = batch_shape(spec.results[0].shape);
  if (a.volume() == y.volume() && b.volume() == y.volume()) return std::nullopt;
  return BroadcastWalk<2>({a, b}, y);
}

/// One product after another.
Kernel broadcast_bf16_kernel(const Product& product, const BroadcastWalk<2>& batches) {
  Product one = product;
  one.batch = 1;
  const Bf16Product prepared(one, RightOperand::plain);
  const auto bytes_of_b = static_cast<std::int64_t>(product.rounds_b ? sizeof(float) : sizeof(BFloat16));
  return {[one, prepared, batches, bytes_of_b, count = product.batch](const KernelBuffers& buffers) {
            for (std::int64_t batch = 0; batch < count; ++batch)
              batches.for_each_span({batch, batch + 1}, [&](std::int64_t, std::int64_t, const auto& matrices) {
                prepared.run(buffers.operand<BFloat16>(0) + matrices[0] * one.m * one.k,
                             buffers.operand<std::byte>(1) + matrices[1] * one.k * one.n * bytes_of_b, nullptr,
                             buffers.result<float>(0) + batch * one.m * one.n, buffers.scratch);
              });
          },
          prepared.scratch_bytes(), "panels"};
}

Kernel broadcast_kernel(const Product& product, const BroadcastWalk<2>& batches) {
  if (product.factors == DType::bf16) return broadcast_bf16_kernel(product, batches);
  return {[product, batches](const KernelBuffers& buffers) {
            run_broadcast_products(product, batches, buffers.operand<float>(0), buffers.operand<float>(1),
                                   buffers.result<float>(0));
          },
          0, "sgemm"};
}

ProductSite matmul_site(const KernelSpec& spec) {
  const Shape& a = spec.operands[0].shape;
  const Shape& y = spec.results[0].shape;
  const MatmulForm form = matmul_form(spec.node);
  return {.product = {.batch = batch_shape(y).volume(),
                      .m = y[-2],
                      .k = form.transpose_a ? a[-2] : a[-1],
                      .n = y[-1],
                      .transpose_a = form.transpose_a,
                      .transpose_b = form.transpose_b,
                      .factors = spec.operands[0].dtype,
                      .rounds_b = spec.operands[0].dtype != spec.operands[1].dtype},
          .batched = y.rank() > 2,
          .variable = spec.is_lasting(1)};
}

ProductSite dense_site(const KernelSpec& spec) {
  const Shape& x = spec.operands[0].shape;
  const TensorType& kernel_type = spec.operands[1];
  const Shape& kernel = kernel_type.shape;
  return {.product = {.m = x.volume() / x[-1],
                      .k = kernel[0],
                      .n = kernel[1],
                      .bias = true,
                      .factors = spec.operands[0].dtype,
                      .rounds_b = spec.operands[0].dtype != kernel_type.dtype},
          .variable = spec.is_lasting(1)};
}

ProductSite site_of(const KernelSpec& spec) {
  return spec.node.op == &op::matmul ? matmul_site(spec) : dense_site(spec);
}

}  // namespace

std::optional<ProductSite> product_site(const KernelSpec& spec) {
  if (broadcast_batches(spec)) return std::nullopt;
  return site_of(spec);
}

Kernel selected_product(const KernelSpec& spec, const KernelSelection& selection) {
  const ProductSite site = site_of(spec);
  if (site.product.factors != DType::bf16) require_f32(spec);
  if (const auto batches = broadcast_batches(spec)) return broadcast_kernel(site.product, *batches);
  return product_kernel(site, selection.kernel(site));
}

Kernel product_kernel(const ProductSite& site, ProductKernel kernel) {
  const Product& product = site.product;
  switch (kernel) {
    case ProductKernel::packed:
      return packed_kernel(product);
    case ProductKernel::plain:
      return plain_kernel(product);
    case ProductKernel::sgemm:
      return sgemm_kernel(product);
    case ProductKernel::vector:
      return vector_kernel(product);
    case ProductKernel::panels:
      return panels_kernel(product,
                           site.variable && product.m < many_rows ? RightOperand::packed : RightOperand::plain);
  }
  throw InternalError("a product is to run by no kernel that there is");
}

// An empty selection: all goes by the rule.
Kernel matmul(const KernelSpec& spec) { return selected_product(spec, {}); }

Kernel dense(const KernelSpec& spec) { return selected_product(spec, {}); }

}  // namespace weft::onednn

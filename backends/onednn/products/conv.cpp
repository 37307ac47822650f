#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/products/conv_primitive.h"
#include "backends/runtime/windows.h"
#include "graph/base/bfloat16.h"

namespace weft::onednn {
namespace {

constexpr std::size_t filter_operand = 1;
constexpr std::size_t bias_operand = 2;

/// For extents that oneDNN has no room for: hardly met, and plainly right.
template <typename Factor>
Kernel plain_loops(const ConvProblem& problem) {
  return {[problem](const KernelBuffers& buffers) {
    const auto* a = buffers.operand<Factor>(0);
    const auto* b = buffers.operand<Factor>(1);
    auto* result = buffers.result<float>(0);
    switch (problem.kind) {
      case ConvKind::forward:
        run_conv(problem.form, a, b, problem.bias ? buffers.operand<float>(bias_operand) : nullptr, result);
        break;
      case ConvKind::input_gradient:
        run_conv_input_gradient(problem.form, a, b, result);
        break;
      case ConvKind::filter_gradient:
        run_conv_filter_gradient(problem.form, a, b, result);
        break;
    }
  }};
}

Kernel conv_kernel(const KernelSpec& spec, ConvKind kind) {
  const bool bf16 = spec.operands[0].dtype == DType::bf16;
  if (!bf16) require_f32(spec);
  const ConvProblem problem{.kind = kind,
                            .form = conv_form(spec.node, spec.operands, spec.results),
                            .bias = spec.operands.size() > bias_operand,
                            .bf16 = bf16};
  if (!ConvPrimitive::takes(problem.form)) return bf16 ? plain_loops<BFloat16>(problem) : plain_loops<float>(problem);
  const auto primitive = ConvPrimitive::shared(problem);
  const bool packed = kind != ConvKind::filter_gradient && spec.is_lasting(filter_operand);
  return {[primitive, packed, bias = problem.bias](const KernelBuffers& buffers) {
            const void* a = buffers.operands[0];
            const auto* of_channels = bias ? buffers.operand<float>(bias_operand) : nullptr;
            auto* result = buffers.result<float>(0);
            if (packed)
              primitive->run(a, buffers.packed[0].as<PackedMatrix>(), of_channels, result, buffers.scratch);
            else
              primitive->run(a, buffers.operands[1], of_channels, result, buffers.scratch);
          },
          primitive->scratch_bytes(), packed ? "conv:packed" : "conv",
          packed ? std::vector{primitive->packing(filter_operand)} : std::vector<PackRequest>()};
}

}  // namespace

Kernel conv(const KernelSpec& spec) { return conv_kernel(spec, ConvKind::forward); }

Kernel conv_input_gradient(const KernelSpec& spec) { return conv_kernel(spec, ConvKind::input_gradient); }

Kernel conv_filter_gradient(const KernelSpec& spec) { return conv_kernel(spec, ConvKind::filter_gradient); }

}  // namespace weft::onednn

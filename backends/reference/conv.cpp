#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/runtime/windows.h"

namespace weft::reference {

Kernel conv(const KernelSpec& spec) {
  return dispatch_factor(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    return {[form = conv_form(spec.node, spec.operands, spec.results),
             bias = spec.operands.size() > 2](const KernelBuffers& buffers) {
      run_conv(form, buffers.operand<T>(0), buffers.operand<T>(1), bias ? buffers.operand<SumOf<T>>(2) : nullptr,
               buffers.result<SumOf<T>>(0));
    }};
  });
}

Kernel conv_input_gradient(const KernelSpec& spec) {
  return dispatch_factor(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    return {[form = conv_form(spec.node, spec.operands, spec.results)](const KernelBuffers& buffers) {
      run_conv_input_gradient(form, buffers.operand<T>(0), buffers.operand<T>(1), buffers.result<SumOf<T>>(0));
    }};
  });
}

Kernel conv_filter_gradient(const KernelSpec& spec) {
  return dispatch_factor(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    return {[form = conv_form(spec.node, spec.operands, spec.results)](const KernelBuffers& buffers) {
      run_conv_filter_gradient(form, buffers.operand<T>(0), buffers.operand<T>(1), buffers.result<SumOf<T>>(0));
    }};
  });
}

}  // namespace weft::reference

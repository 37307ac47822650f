#include "backends/reference/ctc.h"
#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel ctc_loss(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const CtcForm form(spec.operands, spec.node.attributes);
    const auto run = [form](const KernelBuffers& buffers) {
      form.check(buffers.operand<std::int32_t>(1), buffers.operand<std::int32_t>(2), buffers.operand<std::int32_t>(3));
      for (std::int64_t row = 0; row < form.batch; ++row)
        buffers.result<T>(0)[row] = -CtcRow<T>(form, buffers, row).forward(static_cast<T*>(buffers.scratch));
    };
    return {run, static_cast<std::size_t>(form.time * form.states()) * sizeof(T)};
  });
}

}  // namespace weft::reference

#include "backends/reference/dispatch.h"
#include "backends/reference/elementwise.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel accumulate(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype,
                        [&]<typename T>() { return binary<T, T>(spec, [](T total, T x) { return total + x; }); });
}

}  // namespace weft::reference

#include <cmath>

#include "backends/reference/dispatch.h"
#include "backends/reference/elementwise.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel cos(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype,
                        [&]<typename T>() { return unary<T>(spec, [](T x) { return std::cos(x); }); });
}

}  // namespace weft::reference

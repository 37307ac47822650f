#include <cmath>

#include "backends/reference/dispatch.h"
#include "backends/reference/elementwise.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel round(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() {
    // In the rounding mode of a program that does not change it: of two, the even one.
    return unary<T>(spec, [](T x) { return std::nearbyint(x); });
  });
}

}  // namespace weft::reference

#include "backends/reference/dispatch.h"
#include "backends/reference/elementwise.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel minimum(const KernelSpec& spec) {
  return dispatch_number(spec, spec.operands[0].dtype, [&]<typename T>() {
    // A comparison with NaN is false, so that b is taken when it is NaN.
    return binary<T, T>(spec, [](T a, T b) { return a < b || a != a ? a : b; });
  });
}

}  // namespace weft::reference

#include <cmath>

#include "backends/reference/dispatch.h"
#include "backends/reference/elementwise.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel pow(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype,
                        [&]<typename T>() { return binary<T, T>(spec, [](T a, T b) { return std::pow(a, b); }); });
}

}  // namespace weft::reference

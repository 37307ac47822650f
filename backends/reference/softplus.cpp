#include <algorithm>
#include <cmath>

#include "backends/reference/dispatch.h"
#include "backends/reference/elementwise.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel softplus(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() {
    return unary<T>(spec, [](T x) { return std::max(x, T{0}) + std::log1p(std::exp(-std::abs(x))); });
  });
}

}  // namespace weft::reference

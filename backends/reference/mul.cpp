#include <functional>

#include "backends/reference/dispatch.h"
#include "backends/reference/elementwise.h"
#include "backends/reference/kernels.h"
#include "backends/reference/wrapping.h"

namespace weft::reference {

Kernel mul(const KernelSpec& spec) {
  return dispatch_number(spec, spec.operands[0].dtype, [&]<typename T>() {
    return binary<T, T>(spec, [](T a, T b) { return wrapping(a, b, std::multiplies<>()); });
  });
}

}  // namespace weft::reference

#include <functional>

#include "backends/reference/dispatch.h"
#include "backends/reference/elementwise.h"
#include "backends/reference/kernels.h"
#include "backends/reference/wrapping.h"

namespace weft::reference {

Kernel neg(const KernelSpec& spec) {
  return dispatch_number(spec, spec.operands[0].dtype, [&]<typename T>() {
    return unary<T>(spec, [](T x) {
      if constexpr (std::is_integral_v<T>)
        return wrapping(T{0}, x, std::minus<>());
      else
        return -x;
    });
  });
}

}  // namespace weft::reference

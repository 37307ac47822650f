#include <cmath>
#include <functional>

#include "backends/reference/dispatch.h"
#include "backends/reference/elementwise.h"
#include "backends/reference/kernels.h"
#include "backends/reference/wrapping.h"

namespace weft::reference {

Kernel abs(const KernelSpec& spec) {
  return dispatch_number(spec, spec.operands[0].dtype, [&]<typename T>() {
    return unary<T>(spec, [](T x) {
      if constexpr (std::is_integral_v<T>)
        return x < 0 ? wrapping(T{0}, x, std::minus<>()) : x;
      else
        return std::abs(x);
    });
  });
}

}  // namespace weft::reference

#include "backends/reference/dispatch.h"
#include "backends/reference/elementwise.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel sign(const KernelSpec& spec) {
  return dispatch_number(spec, spec.operands[0].dtype, [&]<typename T>() {
    return unary<T>(spec, [](T x) {
      if (x > T{0}) return T{1};
      return x < T{0} ? T{-1} : x;  // a zero, or NaN
    });
  });
}

}  // namespace weft::reference

#include <cmath>

#include "backends/reference/dispatch.h"
#include "backends/reference/elementwise.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel remainder(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() {
    return binary<T, T>(spec, [](T a, T b) {
      const T of_sign_of_a = std::fmod(a, b);  // exact
      if (of_sign_of_a == T{0}) return std::copysign(T{0}, b);
      return (of_sign_of_a < T{0}) == (b < T{0}) ? of_sign_of_a : of_sign_of_a + b;
    });
  });
}

}  // namespace weft::reference

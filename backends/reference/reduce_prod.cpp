#include <functional>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/reduce.h"
#include "backends/reference/wrapping.h"

namespace weft::reference {

Kernel reduce_prod(const KernelSpec& spec) {
  return dispatch_number(spec, spec.operands[0].dtype, [&]<typename T>() {
    return reduce<T>(spec, T(1), [](T product, T x) { return wrapping(product, x, std::multiplies<>()); });
  });
}

}  // namespace weft::reference

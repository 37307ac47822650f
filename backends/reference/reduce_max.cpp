#include <limits>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/reduce.h"

namespace weft::reference {

Kernel reduce_max(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() {
    // A NaN, once met, stays: nothing is larger than it, and it differs from itself.
    return reduce<T>(spec, -std::numeric_limits<T>::infinity(), [](T max, T x) { return x > max || x != x ? x : max; });
  });
}

}  // namespace weft::reference

#include <limits>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/reduce.h"

namespace weft::reference {
namespace {

/// What every number is at least.
template <typename T>
constexpr T least() {
  return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
}

}  // namespace

Kernel reduce_max(const KernelSpec& spec) {
  return dispatch_number(spec, spec.operands[0].dtype, [&]<typename T>() {
    // A NaN, once met, stays: nothing is larger than it, and it differs from itself.
    return reduce<T>(spec, least<T>(), [](T max, T x) { return x > max || x != x ? x : max; });
  });
}

}  // namespace weft::reference

#include "backends/reference/dispatch.h"
#include "backends/reference/elementwise.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel equal(const KernelSpec& spec) {
  return dispatch_any(spec, spec.operands[0].dtype, [&]<typename T>() {
    return binary<T, std::uint8_t>(spec, [](T a, T b) { return static_cast<std::uint8_t>(a == b); });
  });
}

}  // namespace weft::reference

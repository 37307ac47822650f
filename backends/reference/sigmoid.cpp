#include "backends/reference/dispatch.h"
#include "backends/reference/elementwise.h"
#include "backends/reference/kernels.h"
#include "backends/reference/logistic.h"

namespace weft::reference {

Kernel sigmoid(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() { return unary<T>(spec, logistic<T>); });
}

}  // namespace weft::reference

#include <map>

#include "backends/reference/kernels.h"
#include "backends/runtime/backend.h"
#include "ops/op_list.h"

namespace weft {
namespace {

/// Ops that are missing here run as what they decompose into.
const std::map<const Op*, KernelFactory*>& kernels() {
  static const std::map<const Op*, KernelFactory*> table{
#define WEFT_OP(name) {&op::name, reference::name},
#include "ops/ops.def"
  };
  return table;
}

KernelFactory* find_kernel(const Op& op) {
  const auto at = kernels().find(&op);
  return at == kernels().end() ? nullptr : at->second;
}

}  // namespace

const Backend& reference_backend() {
  static const Backend backend{"reference", find_kernel};
  return backend;
}

}  // namespace weft

#include <map>

#include "backends/onednn/kernels.h"
#include "backends/runtime/backend.h"
#include "ops/op_list.h"

namespace weft {
namespace {

/// Ops that are missing here run as what they decompose into.
const std::map<const Op*, KernelFactory*>& kernels() {
  static const std::map<const Op*, KernelFactory*> table{
#define WEFT_OP(name) {&op::name, onednn::name},
#include "ops/ops.def"
  };
  return table;
}

KernelFactory* find_kernel(const Op& op) {
  const auto at = kernels().find(&op);
  return at == kernels().end() ? nullptr : at->second;
}

}  // namespace

const Backend& onednn_backend() {
  static const Backend backend{"onednn", find_kernel};
  return backend;
}

}  // namespace weft

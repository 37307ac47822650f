#include "backends/reference/reference_backend.h"

#include <map>

#include "backends/reference/kernels.h"
#include "ops/op_list.h"

namespace weft {
namespace {

const std::map<const Op*, KernelFactory*>& kernels() {
  static const std::map<const Op*, KernelFactory*> table{
#define WEFT_OP(name) {&op::name, reference::name},
#include "ops/ops.def"
  };
  return table;
}

class ReferenceBackend : public Backend {
 public:
  std::string_view name() const override { return "reference"; }
  bool runs_whole(const Op& op) const override { return kernels().contains(&op); }
  Kernel make_kernel(const KernelSpec& spec) const override { return kernels().at(spec.node.op)(spec); }
};

}  // namespace

const Backend& reference_backend() {
  static const ReferenceBackend backend;
  return backend;
}

}  // namespace weft

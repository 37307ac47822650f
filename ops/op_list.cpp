#include "ops/op_list.h"

#include "ops/ops.h"

namespace weft {

const OpTable& all_ops() {
  static const OpTable table({
      &leaf::input,
      &leaf::parameter,
      &leaf::state,
      &leaf::constant,
#define WEFT_OP(name) &op::name,
#define WEFT_COMPOSITE_OP(name) &op::name,
#define WEFT_FUSED_OP(name) &op::name,
#include "ops/ops.def"
  });
  return table;
}

}  // namespace weft

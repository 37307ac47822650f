#include "passes/memory/in_place.h"

namespace weft {

bool may_write_over(const Node& node, std::size_t result, ValueId operand) {
  bool given = false;
  for (std::size_t i = 0; i < node.operands.size(); ++i) {
    if (node.operands[i] != operand) continue;
    if (!overwrites(*node.op, result, i)) return false;
    given = true;
  }
  return given;
}

}  // namespace weft

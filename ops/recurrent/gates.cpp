#include "ops/recurrent/gates.h"

#include "graph/base/error.h"
#include "ops/helpers.h"

namespace weft {

std::int64_t units_of(const TensorType& gates, std::int64_t gate_count, std::span<const TensorType> states) {
  require_float(gates, "gates");
  require(gates.shape.rank() == 2, "gates are {}: [batch, {} * units] is needed", gates, gate_count);
  for (const TensorType& state : states) {
    require_same_dtype(gates, state);
    require(
        state.shape.rank() == 2 && state.shape[0] == gates.shape[0] && state.shape[1] * gate_count == gates.shape[1],
        "gates [batch, {} * units] and states [batch, units] are needed: gates {}, state {}", gate_count, gates, state);
  }
  return gates.shape[1] / gate_count;
}

}  // namespace weft

#include "ops/update/update_op.h"

#include "graph/base/error.h"
#include "ops/ops.h"

namespace weft {

void require_like_parameter(const TensorType& type, std::string_view operand, const TensorType& parameter) {
  require(type == parameter, "{} must be of the parameter's type: {} {}, parameter {}", operand, operand, type,
          parameter);
}

void require_learning_rate(const TensorType& type, const TensorType& parameter) {
  require(type == TensorType{parameter.dtype, Shape{}}, "the learning rate is {}: {}[] is needed", type,
          to_string(parameter.dtype));
}

void require_update_operands(std::span<const TensorType> operands, std::size_t count) {
  require(operands.size() == count || operands.size() == count + 1,
          "{} operands are given, {} needed, or {} with the gradient's scale", operands.size(), count, count + 1);
  const TensorType scalar{operands[0].dtype, Shape{}};
  require(operands.size() == count || operands[count] == scalar, "the gradient's scale is {}: {} is needed",
          operands.back(), scalar);
}

Value decayed(Value parameter, Value learning_rate, double weight_decay) {
  if (weight_decay == 0.0 || parameter.shape().rank() < 2) return parameter;
  return parameter * (1.0 - learning_rate * weight_decay);
}

}  // namespace weft

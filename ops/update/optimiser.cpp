#include "ops/update/optimiser.h"

#include "graph/base/error.h"

namespace weft {

void check_optimiser(std::string_view optimiser, std::span<const Value> parameters, std::span<const Value> gradients,
                     Value learning_rate) {
  require(!parameters.empty() && parameters.size() == gradients.size(),
          "{}: {} parameters and {} gradients are given: one gradient for each parameter is needed", optimiser,
          parameters.size(), gradients.size());
  require(static_cast<bool>(learning_rate), "{}: the learning rate is a null value", optimiser);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    require(parameters[i] && gradients[i], "{}: the {} {} is a null value", optimiser,
            parameters[i] ? "gradient" : "parameter", i);
    require(parameters[i].graph().node(parameters[i].producer()).op == &leaf::parameter,
            "{}: '{}' is no parameter: only parameters are trained", optimiser, parameters[i].name());
    require(gradients[i].type() == parameters[i].type(), "{}: the gradient of '{}' is {}, the parameter {}", optimiser,
            parameters[i].name(), gradients[i].type(), parameters[i].type());
    require(learning_rate.type() == TensorType{parameters[i].dtype(), Shape{}},
            "{}: the learning rate is {}: {}[] is needed, as '{}' is {}", optimiser, learning_rate.type(),
            to_string(parameters[i].dtype()), parameters[i].name(), parameters[i].type());
  }
}

Value learning_rate_of(std::span<const Value> parameters, double learning_rate) {
  if (parameters.empty() || !parameters.front()) return {};
  return parameters.front().graph().constant(learning_rate, parameters.front().dtype());
}

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

}  // namespace weft

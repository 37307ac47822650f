#include "ops/normalisation/normalisation.h"

#include <cmath>

#include "ops/helpers.h"

namespace weft {

void check_epsilon(const Attributes& attributes) {
  const double epsilon = attributes.get<double>("epsilon");
  require(epsilon > 0.0 && std::isfinite(epsilon), "the epsilon is {}: a positive number is needed", epsilon);
}

void check_normalisation(std::span<const TensorType> operands, std::span<const std::string_view> names,
                         const Attributes& attributes) {
  require_operand_count(operands, names.size());
  const TensorType& x = operands[0];
  require_float(x, names[0]);
  require(x.shape.rank() > 0, "x is {}: [..., units] is needed", x);
  const TensorType of_units{x.dtype, Shape{x.shape[-1]}};
  for (std::size_t i = 1; i < operands.size(); ++i)
    require(operands[i] == of_units, "for x {} the {} must be {}, not {}", x, names[i], of_units, operands[i]);
  check_epsilon(attributes);
}

}  // namespace weft

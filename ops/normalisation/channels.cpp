#include "ops/normalisation/channels.h"

#include "ops/helpers.h"
#include "ops/normalisation/normalisation.h"
#include "ops/ops.h"

namespace weft {

void check_channel_norm(std::span<const TensorType> operands, std::span<const std::string_view> names,
                        const Attributes& attributes) {
  require_operand_count(operands, names.size());
  const TensorType& x = operands[0];
  require_float(x, names[0]);
  const TensorType of_channels{x.dtype, Shape{x.shape.extents()[axis_of(attributes, x.shape)]}};
  for (std::size_t i = 1; i < operands.size(); ++i)
    require(operands[i] == of_channels, "for x {} with the channels on axis {} the {} must be {}, not {}", x,
            attributes.get<std::int64_t>("axis"), names[i], of_channels, operands[i]);
  check_epsilon(attributes);
}

std::vector<std::int64_t> axes_but(const Shape& shape, std::int64_t axis) {
  std::vector<std::int64_t> axes;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(shape.rank()); ++i)
    if (i != axis) axes.push_back(i);
  return axes;
}

Value along_channels(Value vector, const Shape& x, std::int64_t axis) {
  std::vector<std::int64_t> extents(x.rank() - static_cast<std::size_t>(axis), 1);
  extents[0] = vector.shape()[0];
  return reshape(vector, extents);
}

}  // namespace weft

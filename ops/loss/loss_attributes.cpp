#include "ops/loss/loss_attributes.h"

#include "ops/helpers.h"

namespace weft {

std::string_view to_string(LossNormalisation normalisation) {
  return normalisation == LossNormalisation::batch_mean ? "batch_mean" : "token_mean";
}

LossNormalisation parse_loss_normalisation(std::string_view name) {
  if (name == "batch_mean") return LossNormalisation::batch_mean;
  if (name == "token_mean") return LossNormalisation::token_mean;
  fail("the normalisation '{}' is unknown: it is one of batch_mean, token_mean", name);
}

void check_loss(const TensorType& logits, const TensorType& targets, const Attributes& attributes) {
  require_float(logits, "logits");
  require(targets.dtype == DType::i32, "the targets are {}: i32 is needed", targets);
  require(logits.shape.rank() >= 2 && logits.shape.without(logits.shape.rank() - 1) == targets.shape,
          "the logits need one row a target: logits {}, targets {}", logits, targets);
  parse_loss_normalisation(attributes.get<std::string>("normalisation"));
  const double smoothing = attributes.get<double>("label_smoothing");
  require(smoothing >= 0.0 && smoothing < 1.0, "the label smoothing {} is not in [0, 1)", smoothing);
  const std::int64_t batch_axis = attributes.get<std::int64_t>("batch_axis");
  require(batch_axis >= 0 && batch_axis < static_cast<std::int64_t>(targets.shape.rank()),
          "the batch axis {} is out of range for targets {}", batch_axis, targets);
}

}  // namespace weft

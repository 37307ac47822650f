#include "ops/helpers.h"
#include "ops/loss/loss_attributes.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_masked_cross_entropy_gradient(std::span<const TensorType> operands,
                                                            const Attributes& attributes) {
  require_operand_count(operands, 3);
  check_loss(operands[0], operands[1], attributes);
  require(operands[2] == TensorType{operands[0].dtype, Shape{}}, "the cotangent is {}: a scalar of type {} is needed",
          operands[2], weft::to_string(operands[0].dtype));
  return {operands[0]};
}

// A logit: the maximum, a difference, an exponential, a sum, a quotient, a difference and a product.
double flops_of_masked_cross_entropy_gradient(std::span<const TensorType> operands, std::span<const TensorType>,
                                              const Attributes&) {
  return 7.0 * static_cast<double>(operands[0].shape.volume());
}

std::vector<Value> apply_masked_cross_entropy_gradient(Graph& graph, LossNormalisation normalisation,
                                                       double label_smoothing, std::int64_t batch_axis) {
  const Value targets = graph.constant(Tensor::of<std::int32_t>({3, 5}, {5, 2, 1, 3, 5, 4, 0, 0, 0, 0, 6, 3, 6, 0, 0}));
  return {masked_cross_entropy_gradient(graph.input("logits", DType::f32, {3, 5, 7}), targets,
                                        graph.input("cotangent", DType::f32, {}),
                                        {{"normalisation", std::string(to_string(normalisation))},
                                         {"label_smoothing", label_smoothing},
                                         {"batch_axis", batch_axis}})};
}
std::vector<Value> masked_cross_entropy_gradient_case_batch_mean(Graph& graph) {
  return apply_masked_cross_entropy_gradient(graph, LossNormalisation::batch_mean, 0.0, 0);
}
std::vector<Value> masked_cross_entropy_gradient_case_token_mean(Graph& graph) {
  return apply_masked_cross_entropy_gradient(graph, LossNormalisation::token_mean, 0.0, 0);
}
std::vector<Value> masked_cross_entropy_gradient_case_smoothed(Graph& graph) {
  return apply_masked_cross_entropy_gradient(graph, LossNormalisation::token_mean, 0.1, 0);
}
std::vector<Value> masked_cross_entropy_gradient_case_time_first(Graph& graph) {
  return apply_masked_cross_entropy_gradient(graph, LossNormalisation::batch_mean, 0.1, 1);
}

}  // namespace

const Op op::masked_cross_entropy_gradient = {
    .name = "masked_cross_entropy_gradient",
    .family = "loss",
    .summary =
        "d_logits = cotangent (softmax(logits) - target distribution) / (batch size or number of real targets), "
        "0 for targets that are 0: the gradient of masked_cross_entropy",
    .operands = {"logits", "targets", "cotangent"},
    .results = {"d_logits"},
    .attributes = {"normalisation: batch_mean divides by the batch size, token_mean by the number of real targets",
                   "label_smoothing: the part of the target distribution that is spread over the vocabulary, in [0, 1)",
                   "batch_axis: the axis of the targets that is the batch"},
    .infer = infer_masked_cross_entropy_gradient,
    .no_gradient = "it is a fused gradient; differentiate the loss twice by writing it with log_softmax",
    .flops = flops_of_masked_cross_entropy_gradient,
    .cases = {{.name = "batch_mean", .build = masked_cross_entropy_gradient_case_batch_mean},
              {.name = "token_mean", .build = masked_cross_entropy_gradient_case_token_mean},
              {.name = "smoothed", .build = masked_cross_entropy_gradient_case_smoothed},
              {.name = "time_first", .build = masked_cross_entropy_gradient_case_time_first}},
};

Value masked_cross_entropy_gradient(Value logits, Value targets, Value cotangent, const Attributes& attributes) {
  return apply(op::masked_cross_entropy_gradient, {logits, targets, cotangent}, attributes);
}

}  // namespace weft

#include "ops/helpers.h"
#include "ops/loss/loss_attributes.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_masked_cross_entropy(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 2);
  check_loss(operands[0], operands[1], attributes);
  return {{operands[0].dtype, Shape{}}};
}

std::vector<Value> gradient_of_masked_cross_entropy(const GradientContext& context) {
  return {
      masked_cross_entropy_gradient(context.operand(0), context.operand(1), context.cotangent(0), context.attributes()),
      Value()};
}

// A logit: the maximum, a difference, an exponential and two sums.
double flops_of_masked_cross_entropy(std::span<const TensorType> operands, std::span<const TensorType>,
                                     const Attributes&) {
  return 5.0 * static_cast<double>(operands[0].shape.volume());
}

Value targets(Graph& graph) {
  return graph.constant(Tensor::of<std::int32_t>({3, 5}, {5, 2, 1, 3, 5, 4, 0, 0, 0, 0, 6, 3, 6, 0, 0}));
}
Value logits(Graph& graph) { return graph.input("logits", DType::f32, {3, 5, 7}); }

std::vector<Value> masked_cross_entropy_case_batch_mean(Graph& graph) {
  return {masked_cross_entropy(logits(graph), targets(graph), LossNormalisation::batch_mean)};
}
std::vector<Value> masked_cross_entropy_case_token_mean(Graph& graph) {
  return {masked_cross_entropy(logits(graph), targets(graph), LossNormalisation::token_mean)};
}
std::vector<Value> masked_cross_entropy_case_smoothed(Graph& graph) {
  return {masked_cross_entropy(logits(graph), targets(graph), LossNormalisation::token_mean, 0.1)};
}
std::vector<Value> masked_cross_entropy_case_smoothed_batch_mean(Graph& graph) {
  return {masked_cross_entropy(logits(graph), targets(graph), LossNormalisation::batch_mean, 0.3)};
}
std::vector<Value> masked_cross_entropy_case_time_first(Graph& graph) {
  return {masked_cross_entropy(logits(graph), targets(graph), LossNormalisation::batch_mean, 0.0, 1)};
}
std::vector<Value> masked_cross_entropy_case_one_step(Graph& graph) {
  return {masked_cross_entropy(graph.input("logits", DType::f32, {3, 19}),
                               graph.constant(Tensor::of<std::int32_t>({3}, {18, 0, 1})),
                               LossNormalisation::batch_mean)};
}

}  // namespace

const Op op::masked_cross_entropy = {
    .name = "masked_cross_entropy",
    .family = "loss",
    .summary =
        "the sum of -(1 - s) log p[target] - (s / vocabulary) sum of log p, over the targets that are not 0, "
        "with p = softmax(logits) and s the label smoothing; divided by the batch size or the number of such "
        "targets (0 where there is none)",
    .operands = {"logits", "targets"},
    .results = {"loss"},
    .attributes = {"normalisation: batch_mean divides by the batch size, token_mean by the number of real targets",
                   "label_smoothing: the part of the target distribution that is spread over the vocabulary, in [0, 1)",
                   "batch_axis: the axis of the targets that is the batch"},
    .infer = infer_masked_cross_entropy,
    .gradient = gradient_of_masked_cross_entropy,
    .flops = flops_of_masked_cross_entropy,
    .cases = {{.name = "batch_mean", .build = masked_cross_entropy_case_batch_mean},
              {.name = "token_mean", .build = masked_cross_entropy_case_token_mean},
              {.name = "smoothed", .build = masked_cross_entropy_case_smoothed},
              {.name = "smoothed_batch_mean", .build = masked_cross_entropy_case_smoothed_batch_mean},
              {.name = "time_first", .build = masked_cross_entropy_case_time_first},
              {.name = "one_step", .build = masked_cross_entropy_case_one_step}},
};

Value masked_cross_entropy(Value logits, Value targets, LossNormalisation normalisation, double label_smoothing,
                           std::int64_t batch_axis) {
  return apply(op::masked_cross_entropy, {logits, targets},
               {{"normalisation", std::string(to_string(normalisation))},
                {"label_smoothing", label_smoothing},
                {"batch_axis", axis_from_first(targets, batch_axis)}});
}

}  // namespace weft

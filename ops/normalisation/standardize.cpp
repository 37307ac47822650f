#include "ops/helpers.h"
#include "ops/normalisation/normalisation.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/reduction/reduction.h"

namespace weft {
namespace {

std::vector<TensorType> infer_standardize(std::span<const TensorType> operands, const Attributes& attributes) {
  check_epsilon(attributes);
  require(!attributes.get<std::vector<std::int64_t>>("axes").empty(), "there are no axes to take means over");
  require_operand_count(operands, 1);
  require_float(operands[0], "x");
  const TensorType of_means{operands[0].dtype, kept_shape(operands[0].shape, attributes)};
  return {operands[0], of_means, of_means};
}

std::vector<Value> decompose_standardize(std::span<const Value> operands, const Attributes& attributes) {
  const auto& axes = attributes.get<std::vector<std::int64_t>>("axes");
  const Value mean = reduce_mean(operands[0], axes, true);
  const Value centred = operands[0] - mean;
  const Value variance = reduce_mean(square(centred), axes, true);
  return {centred * rsqrt(variance + attributes.get<double>("epsilon")), mean, variance};
}

// With s = 1 / sqrt(variance + epsilon) and means over the axes: dx = s (dy - mean(dy) - y mean(dy y)), in place of the
// many sums that differentiating mean and variance by themselves makes. A mean depends on each element by 1 / count, a
// variance by 2 (x - mean) / count.
std::vector<Value> gradient_of_standardize(const GradientContext& context) {
  const auto& axes = context.attributes().get<std::vector<std::int64_t>>("axes");
  const Value x = context.operand(0);
  const Value y = context.result(0);
  const Value dy = context.cotangent_or_zeros(0);
  const Value scale = rsqrt(context.result(2) + context.attributes().get<double>("epsilon"));
  Value dx = scale * (dy - reduce_mean(dy, axes, true) - y * reduce_mean(dy * y, axes, true));
  const Value dmean = context.cotangent(1);
  const Value dvariance = context.cotangent(2);
  const double one_of_count =
      static_cast<double>(context.result(1).shape().volume()) / static_cast<double>(x.shape().volume());
  if (dmean) dx = dx + dmean * one_of_count;
  if (dvariance) dx = dx + dvariance * (2.0 * one_of_count) * (x - context.result(1));
  return {dx};
}

// An element: two sums, a difference, a square, a product.
double flops_of_standardize(std::span<const TensorType> operands, std::span<const TensorType>, const Attributes&) {
  return 5.0 * static_cast<double>(operands[0].shape.volume());
}

std::vector<Value> apply_standardize(Graph& graph, const Shape& shape, const Integers& axes, double epsilon) {
  const auto [y, mean, variance] = standardize(graph.input("x", DType::f32, shape), axes, epsilon);
  return {y, mean, variance};
}
std::vector<Value> standardize_case_last_axis(Graph& graph) { return apply_standardize(graph, {3, 5}, {-1}, 1e-5); }
std::vector<Value> standardize_case_around_channels(Graph& graph) {
  return apply_standardize(graph, {2, 3, 5}, {0, 2}, 0.1);
}
std::vector<Value> standardize_case_vector(Graph& graph) { return apply_standardize(graph, {5}, {0}, 1e-3); }

}  // namespace

const Op op::standardize = {
    .name = "standardize",
    .family = "normalisation",
    .summary =
        "y = (x - mean) / sqrt(variance + epsilon), with mean and population variance over some axes, which are "
        "results, "
        "too; what the normalisations are made of",
    .operands = {"x"},
    .results = {"y", "mean", "variance"},
    .attributes = {"axes: the axes that are reduced, ascending", "epsilon: added to the variance, positive"},
    .infer = infer_standardize,
    .gradient = gradient_of_standardize,
    .decompose = decompose_standardize,
    .flops = flops_of_standardize,
    .cases = {{.name = "last_axis", .build = standardize_case_last_axis},
              {.name = "around_channels", .build = standardize_case_around_channels},
              {.name = "vector", .build = standardize_case_vector}},
};

Standardized standardize(Value x, const Integers& axes, double epsilon) {
  const Attributes reduction = reduction_attributes(x, axes, true);
  const std::vector<Value> results =
      apply_all(op::standardize, std::vector<Value>{x},
                {{"axes", reduction.get<std::vector<std::int64_t>>("axes")}, {"epsilon", epsilon}});
  return {results[0], results[1], results[2]};
}

}  // namespace weft

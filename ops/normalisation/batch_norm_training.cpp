#include <array>

#include "ops/helpers.h"
#include "ops/normalisation/channels.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_batch_norm_training(std::span<const TensorType> operands, const Attributes& attributes) {
  constexpr std::array<std::string_view, 3> names{"x", "gain", "bias"};
  check_channel_norm(operands, names, attributes);
  require(operands[0].shape.rank() > 1, "x is {}: the channels' axis and another one, to take means over, are needed",
          operands[0]);
  return {operands[0], operands[1], operands[1]};
}

std::vector<Value> decompose_batch_norm_training(std::span<const Value> operands, const Attributes& attributes) {
  const Value x = operands[0];
  const std::int64_t axis = attributes.get<std::int64_t>("axis");
  const auto [y, mean, variance] = standardize(x, axes_but(x.shape(), axis), attributes.get<double>("epsilon"));
  const auto of_channels = [&](Value number) { return reshape(number, operands[1].shape()); };
  return {y * along_channels(operands[1], x.shape(), axis) + along_channels(operands[2], x.shape(), axis),
          of_channels(mean), of_channels(variance)};
}

// An element: two sums, a difference, a square, two products, a sum.
double flops_of_batch_norm_training(std::span<const TensorType> operands, std::span<const TensorType>,
                                    const Attributes&) {
  return 7.0 * static_cast<double>(operands[0].shape.volume());
}

std::vector<Value> apply_batch_norm_training(Graph& graph, const Shape& shape, const ChannelNormOptions& options) {
  const Shape channels{shape[options.axis]};
  const auto [y, mean, variance] =
      batch_norm_training(graph.input("x", DType::f32, shape), graph.input("gain", DType::f32, channels),
                          graph.input("bias", DType::f32, channels), options);
  return {y, mean, variance};
}
std::vector<Value> batch_norm_training_case_matrix(Graph& graph) {
  return apply_batch_norm_training(graph, {5, 3}, {});
}
std::vector<Value> batch_norm_training_case_images(Graph& graph) {
  return apply_batch_norm_training(graph, {2, 3, 3, 2}, {.epsilon = 0.1});
}
std::vector<Value> batch_norm_training_case_channels_last(Graph& graph) {
  return apply_batch_norm_training(graph, {2, 3, 5}, {.axis = -1});
}

}  // namespace

const Op op::batch_norm_training = {
    .name = "batch_norm_training",
    .family = "normalisation",
    .summary =
        "y = (x - mean) / sqrt(variance + epsilon) gain + bias, with each channel's mean and population variance over "
        "all other axes, which are results, too (Ioffe and Szegedy, arXiv:1502.03167)",
    .operands = {"x", "gain", "bias"},
    .results = {"y", "mean", "variance"},
    .attributes = {"axis: the axis of the channels", "epsilon: added to the variance, positive"},
    .infer = infer_batch_norm_training,
    .decompose = decompose_batch_norm_training,
    .flops = flops_of_batch_norm_training,
    .cases = {{.name = "matrix", .build = batch_norm_training_case_matrix},
              {.name = "images", .build = batch_norm_training_case_images},
              {.name = "channels_last", .build = batch_norm_training_case_channels_last}},
};

BatchNorm batch_norm_training(Value x, Value gain, Value bias, const ChannelNormOptions& options) {
  const std::vector<Value> results =
      apply_all(op::batch_norm_training, std::vector<Value>{x, gain, bias},
                {{"axis", axis_from_first(x, options.axis)}, {"epsilon", options.epsilon}});
  return {results[0], results[1], results[2]};
}

}  // namespace weft

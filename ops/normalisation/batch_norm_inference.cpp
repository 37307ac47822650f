#include <array>

#include "ops/helpers.h"
#include "ops/normalisation/channels.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_batch_norm_inference(std::span<const TensorType> operands, const Attributes& attributes) {
  constexpr std::array<std::string_view, 5> names{"x", "gain", "bias", "mean", "variance"};
  check_channel_norm(operands, names, attributes);
  return {operands[0]};
}

// All but one product and one sum is of [channels].
std::vector<Value> decompose_batch_norm_inference(std::span<const Value> operands, const Attributes& attributes) {
  const Value x = operands[0];
  const std::int64_t axis = attributes.get<std::int64_t>("axis");
  const Value scale = operands[1] * rsqrt(operands[4] + attributes.get<double>("epsilon"));
  const Value offset = operands[2] - operands[3] * scale;
  return {x * along_channels(scale, x.shape(), axis) + along_channels(offset, x.shape(), axis)};
}

double flops_of_batch_norm_inference(std::span<const TensorType> operands, std::span<const TensorType>,
                                     const Attributes&) {
  return 2.0 * static_cast<double>(operands[0].shape.volume());
}

std::vector<Value> apply_batch_norm_inference(Graph& graph, const Shape& shape, const ChannelNormOptions& options) {
  const auto input = [&](std::string_view name) { return graph.input(name, DType::f32, {shape[options.axis]}); };
  return {batch_norm_inference(graph.input("x", DType::f32, shape), input("gain"), input("bias"), input("mean"),
                               input("variance"), options)};
}
std::vector<Value> batch_norm_inference_case_vector(Graph& graph) {
  return apply_batch_norm_inference(graph, {5}, {.axis = 0});
}
std::vector<Value> batch_norm_inference_case_images(Graph& graph) {
  return apply_batch_norm_inference(graph, {2, 3, 3, 2}, {.epsilon = 0.1});
}
std::vector<Value> batch_norm_inference_case_channels_last(Graph& graph) {
  return apply_batch_norm_inference(graph, {2, 3, 5}, {.axis = -1});
}

}  // namespace

const Op op::batch_norm_inference = {
    .name = "batch_norm_inference",
    .family = "normalisation",
    .summary =
        "y = (x - mean) / sqrt(variance + epsilon) gain + bias, with a given mean and variance for each channel, as "
        "training has kept them",
    .operands = {"x", "gain", "bias", "mean", "variance"},
    .results = {"y"},
    .attributes = {"axis: the axis of the channels", "epsilon: added to the variance, positive"},
    .infer = infer_batch_norm_inference,
    .decompose = decompose_batch_norm_inference,
    .flops = flops_of_batch_norm_inference,
    .cases = {{.name = "vector", .build = batch_norm_inference_case_vector, .low = 0.3},
              {.name = "images", .build = batch_norm_inference_case_images, .low = 0.3},
              {.name = "channels_last", .build = batch_norm_inference_case_channels_last, .low = 0.3}},
};

Value batch_norm_inference(Value x, Value gain, Value bias, Value mean, Value variance,
                           const ChannelNormOptions& options) {
  return apply(op::batch_norm_inference, {x, gain, bias, mean, variance},
               {{"axis", axis_from_first(x, options.axis)}, {"epsilon", options.epsilon}});
}

}  // namespace weft

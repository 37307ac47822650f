#include <array>

#include "ops/helpers.h"
#include "ops/normalisation/channels.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_group_norm(std::span<const TensorType> operands, const Attributes& attributes) {
  constexpr std::array<std::string_view, 3> names{"x", "gain", "bias"};
  check_channel_norm(operands, names, attributes);
  const TensorType& x = operands[0];
  const std::int64_t axis = attributes.get<std::int64_t>("axis");
  require(axis > 0, "the channels of x {} are on axis 0, which is that of the examples", x);
  require(x.shape.rank() < Shape::max_rank, "x is {}: at most {} axes are possible", x, Shape::max_rank - 1);
  const std::int64_t groups = attributes.get<std::int64_t>("groups");
  require(groups > 0 && x.shape[axis] % groups == 0, "{} channels of x {} are no multiple of {} groups", x.shape[axis],
          x, groups);
  return {x};
}

// The channels' axis becomes two: the groups, and the channels of a group.
std::vector<Value> decompose_group_norm(std::span<const Value> operands, const Attributes& attributes) {
  const Value x = operands[0];
  const Shape& shape = x.shape();
  const std::int64_t axis = attributes.get<std::int64_t>("axis");
  const std::int64_t groups = attributes.get<std::int64_t>("groups");
  const auto at = static_cast<std::size_t>(axis);
  const Value grouped = reshape(x, shape.with(at, shape[axis] / groups).inserted(at, groups));
  std::vector<std::int64_t> reduced = axes_but(grouped.shape(), axis);
  reduced.erase(reduced.begin());
  const Value y = reshape(standardize(grouped, reduced, attributes.get<double>("epsilon")).y, shape);
  return {y * along_channels(operands[1], shape, axis) + along_channels(operands[2], shape, axis)};
}

// An element: two sums, a difference, a square, two products, a sum.
double flops_of_group_norm(std::span<const TensorType> operands, std::span<const TensorType>, const Attributes&) {
  return 7.0 * static_cast<double>(operands[0].shape.volume());
}

std::vector<Value> apply_group_norm(Graph& graph, const Shape& shape, std::int64_t groups,
                                    const ChannelNormOptions& options) {
  const Shape channels{shape[options.axis]};
  return {group_norm(graph.input("x", DType::f32, shape), graph.input("gain", DType::f32, channels),
                     graph.input("bias", DType::f32, channels), groups, options)};
}
std::vector<Value> group_norm_case_matrix(Graph& graph) { return apply_group_norm(graph, {3, 10}, 2, {}); }
std::vector<Value> group_norm_case_images(Graph& graph) {
  return apply_group_norm(graph, {2, 6, 3, 2}, 3, {.epsilon = 0.1});
}
std::vector<Value> group_norm_case_channels_last(Graph& graph) {
  return apply_group_norm(graph, {2, 3, 4}, 2, {.axis = -1});
}

}  // namespace

const Op op::group_norm = {
    .name = "group_norm",
    .family = "normalisation",
    .summary =
        "y = (x - mean) / sqrt(variance + epsilon) gain + bias, with mean and variance of each example (axis 0) and "
        "group of neighbouring channels (Wu and He, arXiv:1803.08494)",
    .operands = {"x", "gain", "bias"},
    .results = {"y"},
    .attributes = {"axis: the axis of the channels", "epsilon: added to the variance, positive",
                   "groups: how many groups the channels are divided into"},
    .infer = infer_group_norm,
    .decompose = decompose_group_norm,
    .flops = flops_of_group_norm,
    .cases = {{.name = "matrix", .build = group_norm_case_matrix},
              {.name = "images", .build = group_norm_case_images},
              {.name = "channels_last", .build = group_norm_case_channels_last}},
};

Value group_norm(Value x, Value gain, Value bias, std::int64_t groups, const ChannelNormOptions& options) {
  return apply(op::group_norm, {x, gain, bias},
               {{"axis", axis_from_first(x, options.axis)}, {"epsilon", options.epsilon}, {"groups", groups}});
}

}  // namespace weft

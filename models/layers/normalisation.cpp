#include "graph/base/error.h"
#include "models/layers/layers.h"
#include "ops/ops.h"

namespace weft::layers {
namespace {

std::int64_t units_of(Value x, std::string_view layer, std::string_view name) {
  require(x.shape().rank() > 0, "{} '{}': x is a scalar, {}: an axis [..., units] is needed", layer, name, x.type());
  return x.shape()[-1];
}

}  // namespace

Value layer_norm(Value x, std::string_view name, SourceLine where) {
  const std::int64_t units = units_of(x, "layer_norm", name);
  Graph& graph = x.graph();
  const Graph::Scope scope = graph.scope(name, where);
  const Value gain = graph.parameter("gain", {units}, Initializer::ones(), x.dtype(), where);
  return weft::layer_norm(x, gain, graph.parameter("bias", {units}, Initializer::zeros(), x.dtype(), where));
}

Value rms_norm(Value x, std::string_view name, SourceLine where) {
  const std::int64_t units = units_of(x, "rms_norm", name);
  Graph& graph = x.graph();
  const Graph::Scope scope = graph.scope(name, where);
  return weft::rms_norm(x, graph.parameter("gain", {units}, Initializer::ones(), x.dtype(), where));
}

namespace {

std::int64_t channels_of(Value x, std::int64_t axis, std::string_view layer, std::string_view name) {
  const auto rank = static_cast<std::int64_t>(x.shape().rank());
  require(axis >= -rank && axis < rank, "{} '{}': x is {}: it has no axis {} of channels", layer, name, x.type(), axis);
  return x.shape()[axis];
}

struct Affine {
  Value gain;
  Value bias;
};

Affine affine(Value x, std::int64_t channels, SourceLine where) {
  Graph& graph = x.graph();
  const Value gain = graph.parameter("gain", {channels}, Initializer::ones(), x.dtype(), where);
  return {gain, graph.parameter("bias", {channels}, Initializer::zeros(), x.dtype(), where)};
}

}  // namespace

Value batch_norm(Value x, std::string_view name, const BatchNormOptions& options, SourceLine where) {
  const std::int64_t channels = channels_of(x, options.axis, "batch_norm", name);
  require(options.momentum >= 0.0 && options.momentum <= 1.0, "batch_norm '{}': the momentum {} is not in [0, 1]", name,
          options.momentum);
  Graph& graph = x.graph();
  const Graph::Scope scope = graph.scope(name, where);
  const auto [gain, bias] = affine(x, channels, where);
  const TensorType of_channels{x.dtype(), Shape{channels}};
  const Value mean = graph.state("running_mean", of_channels, Initializer::zeros(), where);
  const Value variance = graph.state("running_variance", of_channels, Initializer::ones(), where);
  const ChannelNormOptions how{.axis = options.axis, .epsilon = options.epsilon};
  if (!options.training) return batch_norm_inference(x, gain, bias, mean, variance, how);
  const auto count = static_cast<double>(x.shape().volume() / channels);
  require(count > 1.0, "batch_norm '{}': x is {}: one element a channel has no variance to train on", name, x.type());
  const BatchNorm batch = batch_norm_training(x, gain, bias, how);
  const Value momentum = graph.constant(options.momentum, x.dtype());
  graph.update(mean, lerp(mean, batch.mean, momentum));
  graph.update(variance, lerp(variance, batch.variance * (count / (count - 1.0)), momentum));
  return batch.y;
}

Value group_norm(Value x, std::int64_t groups, std::string_view name, std::int64_t axis, SourceLine where) {
  const std::int64_t channels = channels_of(x, axis, "group_norm", name);
  const Graph::Scope scope = x.graph().scope(name, where);
  const auto [gain, bias] = affine(x, channels, where);
  return weft::group_norm(x, gain, bias, groups, {.axis = axis});
}

}  // namespace weft::layers

#include <cmath>
#include <vector>

#include "graph/base/error.h"
#include "models/layers/layers.h"
#include "ops/ops.h"

namespace weft::layers {
namespace {

/// Glorot's uniform distribution for a filter [out channels, channels / groups, window...].
Initializer glorot_uniform(const Shape& filter, std::int64_t groups) {
  const auto volume = static_cast<double>(filter.volume());
  const double fan_in = volume / static_cast<double>(filter[0]);
  const double fan_out = volume / static_cast<double>(filter[1] * groups);
  const double limit = std::sqrt(6.0 / (fan_in + fan_out));
  return Initializer::uniform(-limit, limit);
}

}  // namespace

Value conv(Value x, std::int64_t channels, const Integers& window, std::string_view name, const ConvOptions& options,
           SourceLine where) {
  const Shape& shape = x.shape();
  const std::size_t axes = window.numbers().size();
  require(shape.rank() >= 3 && (axes == 1 || axes == shape.rank() - 2),
          "conv '{}': x is {}: a batch, channels and {} spatial axes, as the window has, are needed", name, x.type(),
          axes);
  const std::int64_t in = shape[options.channels_last ? -1 : 1];
  require(options.groups > 0 && in % options.groups == 0, "conv '{}': the channels of x {} do not fall into {} groups",
          name, x.type(), options.groups);
  std::vector<std::int64_t> extents{channels, in / options.groups};
  if (axes == 1)
    extents.resize(shape.rank(), window.numbers()[0]);
  else
    extents.insert(extents.end(), window.numbers().begin(), window.numbers().end());
  const Shape of_filter{std::span<const std::int64_t>(extents)};
  Graph& graph = x.graph();
  const Graph::Scope scope = graph.scope(name, where);
  const Value filter = graph.parameter(
      "filter", of_filter, options.initializer.value_or(glorot_uniform(of_filter, options.groups)), x.dtype(), where);
  const Value bias =
      options.bias ? graph.parameter("bias", {channels}, Initializer::zeros(), x.dtype(), where) : Value();
  return weft::conv(x, filter,
                    {.strides = options.strides,
                     .padding = options.padding,
                     .dilations = options.dilations,
                     .groups = options.groups,
                     .bias = bias,
                     .channels_last = options.channels_last});
}

Value conv_block(Value x, std::int64_t channels, const Integers& window, std::string_view name,
                 const ConvBlockOptions& options, SourceLine where) {
  const Graph::Scope scope = x.graph().scope(name, where);
  ConvOptions without_bias = options.conv;
  without_bias.bias = false;
  BatchNormOptions norm = options.norm;
  norm.axis = options.conv.channels_last ? static_cast<std::int64_t>(x.shape().rank()) - 1 : 1;
  return options.activation(batch_norm(conv(x, channels, window, "conv", without_bias, where), "norm", norm, where));
}

}  // namespace weft::layers

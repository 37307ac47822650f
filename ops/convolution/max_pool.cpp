#include "ops/convolution/pool.h"
#include "ops/helpers.h"
#include "ops/op_list.h"

namespace weft {
namespace {

std::vector<TensorType> infer_max_pool(std::span<const TensorType> operands, const Attributes& attributes) {
  require(operands.size() == 1 || operands.size() == 2, "{} operands are given, 1 needed, or 2 with values",
          operands.size());
  const TensorType& x = operands[0];
  require_float(x, "x");
  if (operands.size() == 2)
    require(operands[1] == x, "the values are of another type than x: x {}, values {}", x, operands[1]);
  return {{x.dtype, pool_shape(x.shape, attributes)}};
}

// What is taken does not change with x, but for jumps: with values, x has none.
std::vector<Value> gradient_of_max_pool(const GradientContext& context) {
  const Value taken = apply(op::max_pool_gradient, {context.operand(0), context.cotangent(0)}, context.attributes());
  if (context.operand_count() == 1) return {taken};
  return {Value(), taken};
}

double flops_of_max_pool(std::span<const TensorType> operands, std::span<const TensorType>,
                         const Attributes& attributes) {
  return pool_flops(pool_form(operands[0].shape, attributes));
}

std::vector<Value> max_pool_case_line(Graph& graph) { return {max_pool(graph.input("x", DType::f32, {2, 3, 7}), 2)}; }
std::vector<Value> max_pool_case_plane(Graph& graph) {
  return {max_pool(graph.input("x", DType::f32, {2, 3, 7, 5}), {3, 2})};
}
std::vector<Value> max_pool_case_overlap(Graph& graph) {
  return {max_pool(graph.input("x", DType::f32, {1, 2, 6, 5}), 3, {.strides = {2, 1}, .padding = {1, 0, 2, 1}})};
}
std::vector<Value> max_pool_case_space(Graph& graph) {
  return {max_pool(graph.input("x", DType::f32, {1, 2, 3, 5, 4}), 2, {.strides = {1, 2, 2}, .padding = {0, 1, 0}})};
}
std::vector<Value> max_pool_case_values(Graph& graph) {
  const Value x = pool_case_constant(graph, {1, 2, 5, 6});
  const std::vector<Value> operands{x, graph.input("values", DType::f32, x.shape())};
  return {apply_all(op::max_pool, operands, pool_attributes_of(x, 2, {.strides = 1}))[0]};
}
std::vector<Value> max_pool_case_channels_last(Graph& graph) {
  return {max_pool(graph.input("x", DType::f32, {2, 6, 5, 3}), 3,
                   {.strides = {2, 1}, .padding = {1, 0, 2, 1}, .channels_last = true})};
}

}  // namespace

const Op op::max_pool = {
    .name = "max_pool",
    .family = "convolution",
    .summary =
        "the largest element of each window of x, NaN when one is; given values, those at its place, the first of "
        "equals",
    .operands = {"x", "values..."},
    .results = {"y"},
    .attributes = {pool_attributes.begin(), pool_attributes.end()},
    .infer = infer_max_pool,
    .gradient = gradient_of_max_pool,
    .flops = flops_of_max_pool,
    .cases = {{.name = "line", .build = max_pool_case_line},
              {.name = "plane", .build = max_pool_case_plane},
              {.name = "overlap", .build = max_pool_case_overlap},
              {.name = "space", .build = max_pool_case_space},
              {.name = "values", .build = max_pool_case_values},
              {.name = "channels_last", .build = max_pool_case_channels_last}},
};

Attributes pool_attributes_of(Value x, const Integers& window, const PoolOptions& options) {
  const bool own_strides = !options.strides.numbers().empty();
  Attributes attributes{{"window", each_axis(x, window)},
                        {"strides", each_axis(x, own_strides ? options.strides : window)},
                        {"padding", each_side(x, options.padding)}};
  if (options.channels_last) attributes.set("channels_last", true);
  return attributes;
}

Value pool_case_constant(Graph& graph, const Shape& shape) {
  Tensor tensor(TensorType{DType::f32, shape});
  for (std::int64_t i = 0; i < shape.volume(); ++i) tensor.set_number(i, static_cast<double>(i * 7 % 11));
  return graph.constant(tensor);
}

Value max_pool(Value x, const Integers& window, const PoolOptions& options) {
  return apply(op::max_pool, {x}, pool_attributes_of(x, window, options));
}

}  // namespace weft

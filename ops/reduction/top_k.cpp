#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_top_k(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  const TensorType& x = operands[0];
  require_number(x, "x");
  require(x.shape.rank() > 0, "x is {}: at least one axis is needed", x);
  const std::int64_t k = attributes.get<std::int64_t>("k");
  require(k >= 1 && k <= x.shape[-1], "k is {}: it must be from 1 to {}, the last extent of {}", k, x.shape[-1], x);
  const Shape shape = x.shape.with(x.shape.rank() - 1, k);
  return {{x.dtype, shape}, {DType::i32, shape}};
}

std::vector<Value> gradient_of_top_k(const GradientContext& context) {
  const Shape& shape = context.operand(0).shape();
  return {scatter_add(context.cotangent_or_zeros(0), context.result(1), -1, shape[-1],
                      static_cast<std::int64_t>(shape.rank()) - 1)};
}

std::vector<Value> results(const TopK& top) { return {top.values, top.indices}; }
std::vector<Value> top_k_case_vector(Graph& graph) { return results(top_k(graph.input("x", DType::f32, {7}), 3)); }
std::vector<Value> top_k_case_rows(Graph& graph) { return results(top_k(graph.input("x", DType::f32, {2, 3, 5}), 2)); }
std::vector<Value> top_k_case_all(Graph& graph) { return results(top_k(graph.input("x", DType::f32, {3, 5}), 5)); }
std::vector<Value> top_k_case_first_axis(Graph& graph) {
  return results(top_k(graph.input("x", DType::f32, {5, 3}), 2, 0));
}
std::vector<Value> top_k_case_integers(Graph& graph) {
  const Value x = graph.constant(Tensor::of<std::int32_t>({2, 5}, {1, 3, -3, 3, 7, 4, 4, 4, 5, 4}));
  const TopK top = top_k(x, 3);
  return {graph.input("x", DType::f32, {2, 3}) * cast(top.values, DType::f32), top.indices};
}

}  // namespace

const Op op::top_k = {
    .name = "top_k",
    .family = "reduction",
    .summary =
        "the k largest elements of each row in descending order, of equals the first ones, and their indices "
        "(i32); a NaN is above all numbers",
    .operands = {"x"},
    .results = {"values", "indices"},
    .attributes = {"k: how many, from 1 to the last extent of x"},
    .infer = infer_top_k,
    .gradient = gradient_of_top_k,
    .flops = one_flop_per_operand,
    .cases = {{.name = "vector", .build = top_k_case_vector},
              {.name = "rows", .build = top_k_case_rows},
              {.name = "all", .build = top_k_case_all},
              {.name = "first_axis", .build = top_k_case_first_axis},
              {.name = "integers", .build = top_k_case_integers}},
};

TopK top_k(Value x, std::int64_t k, std::int64_t axis) {
  require(static_cast<bool>(x), "top_k: operand 0 is a null value");
  const std::size_t along = x.shape().axis(axis);
  const Value operands[] = {axis_to_last(x, along)};
  const std::vector<Value> top = apply_all(op::top_k, operands, {{"k", k}});
  const Value values = axis_from_last(top[0], along);
  return {values, axis_from_last(top[1], along)};
}

}  // namespace weft

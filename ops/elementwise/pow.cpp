#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

// d y / d a = b a^(b - 1), where 0 a^-1 is 0; d y / d b = y ln(a), where a > 0.
std::vector<Value> gradient_of_pow(const GradientContext& context) {
  const Value dy = context.cotangent(0);
  const Value a = context.operand(0);
  const Value b = context.operand(1);
  const auto by_base = [&] {
    const Value exponent = select(equal(b, constant_like(b, 0.0)), b, b - 1.0);
    return sum_to(dy * b * pow(a, exponent), a.shape());
  };
  const auto by_exponent = [&] {
    const Value one = constant_like(a, 1.0);
    const Value positive = select(less(constant_like(a, 0.0), a), a, one);
    return sum_to(dy * context.result(0) * log(positive), b.shape());
  };
  return {context.needs(0) ? by_base() : Value(), context.needs(1) ? by_exponent() : Value()};
}

std::vector<Value> apply_pow(Graph& graph, const Shape& a, const Shape& b) {
  return {pow(graph.input("a", DType::f32, a), graph.input("b", DType::f32, b))};
}
std::vector<Value> pow_case_same_shape(Graph& graph) { return apply_pow(graph, {3, 5}, {3, 5}); }
std::vector<Value> pow_case_broadcast_row(Graph& graph) { return apply_pow(graph, {2, 3, 5}, {5}); }
std::vector<Value> pow_case_broadcast_both(Graph& graph) { return apply_pow(graph, {3, 1, 5}, {7, 1}); }
std::vector<Value> pow_case_scalar(Graph& graph) { return apply_pow(graph, {}, {3, 5}); }
std::vector<Value> pow_case_whole_exponents(Graph& graph) {
  const Value exponents = graph.constant(Tensor::of<float>({5, 1}, {0, 1, 2, 3, 4}));
  return {pow(graph.input("a", DType::f32, {3}), exponents)};
}

}  // namespace

const Op op::pow = {
    .name = "pow",
    .family = "elementwise",
    .summary = "y = a^b, broadcast; NaN for a < 0 unless b is whole",
    .operands = {"a", "b"},
    .results = {"y"},
    .infer = infer_float_binary,
    .gradient = gradient_of_pow,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "same_shape", .build = pow_case_same_shape, .low = 0.3, .high = 3.0},
              {.name = "broadcast_row", .build = pow_case_broadcast_row, .low = 0.3, .high = 3.0},
              {.name = "broadcast_both", .build = pow_case_broadcast_both, .low = 0.3, .high = 3.0},
              {.name = "scalar", .build = pow_case_scalar, .low = 0.3, .high = 3.0},
              {.name = "whole_exponents", .build = pow_case_whole_exponents}},
};

Value pow(Value a, Value b) { return apply(op::pow, {a, b}); }

Value pow(Value a, double b) { return pow(a, constant_like(a, b)); }

}  // namespace weft

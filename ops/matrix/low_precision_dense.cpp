#include "ops/helpers.h"
#include "ops/matrix/weight_precision.h"
#include "ops/op_list.h"

namespace weft {

std::string_view to_string(WeightPrecision weights) { return weights == WeightPrecision::bf16 ? "bf16" : "int8"; }

WeightPrecision parse_weight_precision(std::string_view name) {
  if (name == "bf16") return WeightPrecision::bf16;
  if (name == "int8") return WeightPrecision::int8;
  fail("the weights '{}' are unknown: they are one of bf16, int8", name);
}

WeightPrecision weight_precision_of(const Attributes& attributes) {
  return parse_weight_precision(attributes.get<std::string>("weights"));
}

namespace {

constexpr std::size_t bias_of_low_precision_dense = 2;

std::vector<TensorType> infer_low_precision_dense(std::span<const TensorType> operands, const Attributes& attributes) {
  require(operands.size() == 2 || operands.size() == 3, "{} operands are given, 2 needed, or 3 with a bias",
          operands.size());
  const TensorType& x = operands[0];
  const TensorType& kernel = operands[1];
  require_float(x, "x");
  for (const TensorType& operand : operands) require_same_dtype(x, operand);
  require(x.shape.rank() >= 1 && kernel.shape.rank() == 2,
          "x [..., in] and kernel [in, out] are needed: x {}, kernel {}", x, kernel);
  require(x.shape[-1] == kernel.shape[0], "inner dimensions differ: x {}, kernel {}", x, kernel);
  if (operands.size() > bias_of_low_precision_dense)
    require(operands[bias_of_low_precision_dense].shape == Shape{kernel.shape[1]},
            "the bias needs one element a column: bias {}, kernel {}", operands[bias_of_low_precision_dense], kernel);
  if (weight_precision_of(attributes) == WeightPrecision::int8)
    require(kernel.shape[0] <= max_int8_terms, "sums of at most {} 8-bit products fit in 32 bits: kernel {}",
            max_int8_terms, kernel);
  return {{x.dtype, x.shape.with(x.shape.rank() - 1, kernel.shape[1])}};
}

// The product and the bias.
double flops_of_low_precision_dense(std::span<const TensorType> operands, std::span<const TensorType> results,
                                    const Attributes&) {
  const double bias = operands.size() > bias_of_low_precision_dense ? 1.0 : 0.0;
  return static_cast<double>(results[0].shape.volume()) * (2.0 * static_cast<double>(operands[1].shape[0]) + bias);
}

std::vector<Value> apply_low_precision_dense(Graph& graph, const Shape& x, const Shape& kernel, WeightPrecision weights,
                                             bool with_bias) {
  const Value input = graph.input("x", DType::f32, x);
  const Value matrix = graph.input("kernel", DType::f32, kernel);
  const Value bias = with_bias ? graph.input("bias", DType::f32, {kernel[1]}) : Value();
  return {low_precision_dense(input, matrix, bias, weights)};
}
std::vector<Value> low_precision_dense_case_bf16(Graph& graph) {
  return apply_low_precision_dense(graph, {7, 5}, {5, 67}, WeightPrecision::bf16, true);
}
std::vector<Value> low_precision_dense_case_bf16_vector(Graph& graph) {
  return apply_low_precision_dense(graph, {5}, {5, 3}, WeightPrecision::bf16, false);
}
std::vector<Value> low_precision_dense_case_int8(Graph& graph) {
  return apply_low_precision_dense(graph, {7, 5}, {5, 67}, WeightPrecision::int8, true);
}
std::vector<Value> low_precision_dense_case_int8_sequence(Graph& graph) {
  return apply_low_precision_dense(graph, {2, 3, 9}, {9, 7}, WeightPrecision::int8, false);
}

}  // namespace

const Op op::low_precision_dense = {
    .name = "low_precision_dense",
    .family = "matrix",
    .summary =
        "y = x kernel + bias, over the last axis of x, with the kernel rounded to few bits. bf16: to the upper half of "
        "a float. int8: kernel and x to integers times a step, the step of a column of the kernel or a row of x being "
        "its largest magnitude / 127",
    .operands = {"x", "kernel", "bias..."},
    .results = {"y"},
    .attributes = {"weights: what the kernel is rounded to, bf16 or int8"},
    .infer = infer_low_precision_dense,
    .no_gradient = "rounding is flat almost everywhere; dense is what is trained",
    .flops = flops_of_low_precision_dense,
    .cases = {{.name = "bf16", .build = low_precision_dense_case_bf16},
              {.name = "bf16_vector", .build = low_precision_dense_case_bf16_vector},
              {.name = "int8", .build = low_precision_dense_case_int8},
              {.name = "int8_sequence", .build = low_precision_dense_case_int8_sequence}},
};

Value low_precision_dense(Value x, Value kernel, Value bias, WeightPrecision weights) {
  std::vector<Value> operands{x, kernel};
  if (bias) operands.push_back(bias);
  return apply_all(op::low_precision_dense, operands, {{"weights", std::string(to_string(weights))}})[0];
}

}  // namespace weft

#include "ops/helpers.h"
#include "ops/matrix/int8.h"
#include "ops/op_list.h"

namespace weft {

namespace {

constexpr std::size_t bias_of_int8_dense = 2;

std::vector<TensorType> infer_int8_dense(std::span<const TensorType> operands, const Attributes&) {
  require(operands.size() == 2 || operands.size() == 3, "{} operands are given, 2 needed, or 3 with a bias",
          operands.size());
  const TensorType& x = operands[0];
  const TensorType& kernel = operands[1];
  require_float(x, "x");
  for (const TensorType& operand : operands) require_same_dtype(x, operand);
  require(x.shape.rank() >= 1 && kernel.shape.rank() == 2,
          "x [..., in] and kernel [in, out] are needed: x {}, kernel {}", x, kernel);
  require(x.shape[-1] == kernel.shape[0], "inner dimensions differ: x {}, kernel {}", x, kernel);
  if (operands.size() > bias_of_int8_dense)
    require(operands[bias_of_int8_dense].shape == Shape{kernel.shape[1]},
            "the bias needs one element a column: bias {}, kernel {}", operands[bias_of_int8_dense], kernel);
  require(kernel.shape[0] <= max_int8_terms, "sums of at most {} 8-bit products fit in 32 bits: kernel {}",
          max_int8_terms, kernel);
  return {{x.dtype, x.shape.with(x.shape.rank() - 1, kernel.shape[1])}};
}

// The product and the bias.
double flops_of_int8_dense(std::span<const TensorType> operands, std::span<const TensorType> results,
                           const Attributes&) {
  const double bias = operands.size() > bias_of_int8_dense ? 1.0 : 0.0;
  return static_cast<double>(results[0].shape.volume()) * (2.0 * static_cast<double>(operands[1].shape[0]) + bias);
}

std::vector<Value> apply_int8_dense(Graph& graph, const Shape& x, const Shape& kernel, bool with_bias) {
  const Value input = graph.input("x", DType::f32, x);
  const Value matrix = graph.input("kernel", DType::f32, kernel);
  const Value bias = with_bias ? graph.input("bias", DType::f32, {kernel[1]}) : Value();
  return {int8_dense(input, matrix, bias)};
}
std::vector<Value> int8_dense_case_matrix(Graph& graph) { return apply_int8_dense(graph, {7, 5}, {5, 67}, true); }
std::vector<Value> int8_dense_case_sequence(Graph& graph) { return apply_int8_dense(graph, {2, 3, 9}, {9, 7}, false); }

}  // namespace

const Op op::int8_dense = {
    .name = "int8_dense",
    .family = "matrix",
    .summary =
        "y = x kernel + bias, over the last axis of x, with kernel and x rounded to 8-bit integers times a step, the "
        "step of a column of the kernel or a row of x being its largest magnitude / 127",
    .operands = {"x", "kernel", "bias..."},
    .results = {"y"},
    .infer = infer_int8_dense,
    .no_gradient = "rounding is flat almost everywhere; dense is what is trained",
    .flops = flops_of_int8_dense,
    .cases = {{.name = "matrix", .build = int8_dense_case_matrix},
              {.name = "sequence", .build = int8_dense_case_sequence}},
};

Value int8_dense(Value x, Value kernel, Value bias) {
  std::vector<Value> operands{x, kernel};
  if (bias) operands.push_back(bias);
  return apply_all(op::int8_dense, operands)[0];
}

}  // namespace weft

#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_dense(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 3);
  const TensorType& x = operands[0];
  const TensorType& kernel = operands[1];
  const TensorType& bias = operands[2];
  require_float(x, "x");
  require_factors(x, kernel);
  require(bias.dtype == sum_dtype(x.dtype), "a bias in {} is needed for x {}: it is {}",
          weft::to_string(sum_dtype(x.dtype)), x, bias);
  require(x.shape.rank() >= 1 && kernel.shape.rank() == 2,
          "x [..., in] and kernel [in, out] are needed: x {}, kernel {}", x, kernel);
  require(x.shape[-1] == kernel.shape[0], "inner dimensions differ: x {}, kernel {}", x, kernel);
  require(bias.shape == Shape{kernel.shape[1]}, "the bias needs one element a column: bias {}, kernel {}", bias,
          kernel);
  return {{sum_dtype(x.dtype), x.shape.with(x.shape.rank() - 1, kernel.shape[1])}};
}

/// [..., n] as [rows, n].
Value as_matrix(Value x) {
  if (x.shape().rank() == 2) return x;
  return reshape(x, Shape{x.shape().volume() / x.shape()[-1], x.shape()[-1]});
}

// On x and dy as matrices: dx = dy kernel^T, dkernel = x^T dy, dbias = the sum of dy's rows. In bf16, products take dy
// rounded as the other factors are.
std::vector<Value> gradient_of_dense(const GradientContext& context) {
  const Value x = context.operand(0);
  const Value kernel = context.operand(1);
  const Value dy = as_matrix(context.cotangent(0));
  const DType dtype = x.dtype();
  Value dx;
  if (context.needs(0)) {
    dx = in_dtype(matmul(in_dtype(dy, dtype), kernel, false, true), dtype);
    if (!(dx.shape() == x.shape())) dx = reshape(dx, x.shape());
  }
  Value dkernel;
  if (context.needs(1)) dkernel = in_dtype(matmul(as_matrix(x), in_dtype(dy, dtype), true, false), kernel.dtype());
  const Value dbias = context.needs(2) ? reduce_sum(dy, {0}) : Value();
  return {dx, dkernel, dbias};
}

// The product and the bias.
double flops_of_dense(std::span<const TensorType> operands, std::span<const TensorType> results, const Attributes&) {
  return static_cast<double>(results[0].shape.volume()) * (2.0 * static_cast<double>(operands[1].shape[0]) + 1.0);
}

std::vector<Value> apply_dense(Graph& graph, const Shape& x, const Shape& kernel) {
  return {dense(graph.input("x", DType::f32, x), graph.input("kernel", DType::f32, kernel),
                graph.input("bias", DType::f32, {kernel[1]}))};
}
std::vector<Value> dense_case_vector(Graph& graph) { return apply_dense(graph, {5}, {5, 3}); }
std::vector<Value> dense_case_matrix(Graph& graph) { return apply_dense(graph, {3, 5}, {5, 17}); }
std::vector<Value> dense_case_sequence(Graph& graph) { return apply_dense(graph, {2, 3, 5}, {5, 7}); }
std::vector<Value> dense_case_bf16(Graph& graph) {
  return {dense(cast(graph.input("x", DType::f32, {2, 3, 5}), DType::bf16),
                cast(graph.input("kernel", DType::f32, {5, 7}), DType::bf16), graph.input("bias", DType::f32, {7}))};
}

std::vector<Value> dense_case_rounded_kernel(Graph& graph) {
  return {dense(cast(graph.input("x", DType::f32, {2, 3, 5}), DType::bf16), graph.input("kernel", DType::f32, {5, 67}),
                graph.input("bias", DType::f32, {67}))};
}

}  // namespace

const Op op::dense = {
    .name = "dense",
    .family = "matrix",
    .summary =
        "y = x kernel + bias, over the last axis of x; products of two bf16 are added in f32, which bias and y are; "
        "for x "
        "in bf16 a kernel in f32 is rounded",
    .operands = {"x", "kernel", "bias"},
    .results = {"y"},
    .infer = infer_dense,
    .gradient = gradient_of_dense,
    .flops = flops_of_dense,
    .cases = {{.name = "vector", .build = dense_case_vector},
              {.name = "matrix", .build = dense_case_matrix},
              {.name = "sequence", .build = dense_case_sequence},
              {.name = "bf16", .build = dense_case_bf16},
              {.name = "rounded_kernel", .build = dense_case_rounded_kernel}},
};

Value dense(Value x, Value kernel) {
  require(x && kernel, "dense: the {} is a null value", x ? "kernel" : "operand x");
  require(kernel.shape().rank() == 2 && x.shape().rank() >= 1 && x.shape()[-1] == kernel.shape()[0],
          "dense: x {} needs a kernel [{}, out], it is {}", x.type(), x.shape().rank() > 0 ? x.shape()[-1] : 1,
          kernel.type());
  const Value y = matmul(reshape(x, {-1, kernel.shape()[0]}), kernel);
  return reshape(y, x.shape().with(x.shape().rank() - 1, kernel.shape()[1]));
}

Value dense(Value x, Value kernel, Value bias) { return apply(op::dense, {x, kernel, bias}); }

}  // namespace weft

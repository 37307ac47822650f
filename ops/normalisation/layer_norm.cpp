#include <array>

#include "ops/helpers.h"
#include "ops/normalisation/normalisation.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_layer_norm(std::span<const TensorType> operands, const Attributes& attributes) {
  constexpr std::array<std::string_view, 3> names{"x", "gain", "bias"};
  check_normalisation(operands, names, attributes);
  return {operands[0]};
}

std::vector<Value> decompose_layer_norm(std::span<const Value> operands, const Attributes& attributes) {
  return {standardize(operands[0], {-1}, attributes.get<double>("epsilon")).y * operands[1] + operands[2]};
}

// An element: two sums, a difference, a square, two products, a sum.
double flops_of_layer_norm(std::span<const TensorType> operands, std::span<const TensorType>, const Attributes&) {
  return 7.0 * static_cast<double>(operands[0].shape.volume());
}

std::vector<Value> apply_layer_norm(Graph& graph, const Shape& shape, double epsilon) {
  return {layer_norm(graph.input("x", DType::f32, shape), graph.input("gain", DType::f32, {shape[-1]}),
                     graph.input("bias", DType::f32, {shape[-1]}), epsilon)};
}
std::vector<Value> layer_norm_case_matrix(Graph& graph) { return apply_layer_norm(graph, {3, 5}, 1e-5); }
std::vector<Value> layer_norm_case_rank_3(Graph& graph) { return apply_layer_norm(graph, {2, 3, 7}, 0.1); }
std::vector<Value> layer_norm_case_vector(Graph& graph) { return apply_layer_norm(graph, {5}, 1e-3); }

}  // namespace

const Op op::layer_norm = {
    .name = "layer_norm",
    .family = "normalisation",
    .summary =
        "y = (x - mean) / sqrt(variance + epsilon) gain + bias, with mean and variance over the last axis (Ba et al., "
        "arXiv:1607.06450)",
    .operands = {"x", "gain", "bias"},
    .results = {"y"},
    .attributes = {"epsilon: added to the variance, positive"},
    .infer = infer_layer_norm,
    .decompose = decompose_layer_norm,
    .flops = flops_of_layer_norm,
    .cases = {{.name = "matrix", .build = layer_norm_case_matrix},
              {.name = "rank_3", .build = layer_norm_case_rank_3},
              {.name = "vector", .build = layer_norm_case_vector}},
};

Value layer_norm(Value x, Value gain, Value bias, double epsilon) {
  return apply(op::layer_norm, {x, gain, bias}, {{"epsilon", epsilon}});
}

}  // namespace weft

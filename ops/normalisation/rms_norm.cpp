#include <array>

#include "ops/helpers.h"
#include "ops/normalisation/normalisation.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_rms_norm(std::span<const TensorType> operands, const Attributes& attributes) {
  constexpr std::array<std::string_view, 2> names{"x", "gain"};
  check_normalisation(operands, names, attributes);
  return {operands[0]};
}

std::vector<Value> decompose_rms_norm(std::span<const Value> operands, const Attributes& attributes) {
  const Value mean_square = reduce_mean(square(operands[0]), {-1}, true);
  return {operands[0] * rsqrt(mean_square + attributes.get<double>("epsilon")) * operands[1]};
}

// An element: a square, a sum, two products.
double flops_of_rms_norm(std::span<const TensorType> operands, std::span<const TensorType>, const Attributes&) {
  return 4.0 * static_cast<double>(operands[0].shape.volume());
}

std::vector<Value> apply_rms_norm(Graph& graph, const Shape& shape, double epsilon) {
  return {rms_norm(graph.input("x", DType::f32, shape), graph.input("gain", DType::f32, {shape[-1]}), epsilon)};
}
std::vector<Value> rms_norm_case_matrix(Graph& graph) { return apply_rms_norm(graph, {3, 5}, 1e-5); }
std::vector<Value> rms_norm_case_rank_3(Graph& graph) { return apply_rms_norm(graph, {2, 3, 7}, 0.1); }
std::vector<Value> rms_norm_case_vector(Graph& graph) { return apply_rms_norm(graph, {5}, 1e-3); }

}  // namespace

const Op op::rms_norm = {
    .name = "rms_norm",
    .family = "normalisation",
    .summary =
        "y = x / sqrt(mean of x^2 + epsilon) gain, with the mean over the last axis (Zhang and Sennrich, "
        "arXiv:1910.07467)",
    .operands = {"x", "gain"},
    .results = {"y"},
    .attributes = {"epsilon: added to the mean, positive"},
    .infer = infer_rms_norm,
    .decompose = decompose_rms_norm,
    .flops = flops_of_rms_norm,
    .cases = {{.name = "matrix", .build = rms_norm_case_matrix},
              {.name = "rank_3", .build = rms_norm_case_rank_3},
              {.name = "vector", .build = rms_norm_case_vector}},
};

Value rms_norm(Value x, Value gain, double epsilon) { return apply(op::rms_norm, {x, gain}, {{"epsilon", epsilon}}); }

}  // namespace weft

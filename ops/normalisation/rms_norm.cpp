#include <array>

#include "ops/helpers.h"
#include "ops/normalisation/normalisation.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer(std::span<const TensorType> operands, const Attributes& attributes) {
  constexpr std::array<std::string_view, 2> names{"x", "gain"};
  check_normalisation(operands, names, attributes);
  return {operands[0]};
}

std::vector<Value> decompose(std::span<const Value> operands, const Attributes& attributes) {
  const Value mean_square = reduce_mean(square(operands[0]), {-1}, true);
  return {operands[0] * rsqrt(mean_square + attributes.get<double>("epsilon")) * operands[1]};
}

// An element: a square, a sum, two products.
double flops(std::span<const TensorType> operands, std::span<const TensorType>, const Attributes&) {
  return 4.0 * static_cast<double>(operands[0].shape.volume());
}

std::vector<Value> apply_to(Graph& graph, const Shape& shape, double epsilon) {
  return {rms_norm(graph.input("x", DType::f32, shape), graph.input("gain", DType::f32, {shape[-1]}), epsilon)};
}
std::vector<Value> case_matrix(Graph& graph) { return apply_to(graph, {3, 5}, 1e-5); }
std::vector<Value> case_rank_3(Graph& graph) { return apply_to(graph, {2, 3, 7}, 0.1); }
std::vector<Value> case_vector(Graph& graph) { return apply_to(graph, {5}, 1e-3); }

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
    .infer = infer,
    .decompose = decompose,
    .flops = flops,
    .cases = {{.name = "matrix", .build = case_matrix},
              {.name = "rank_3", .build = case_rank_3},
              {.name = "vector", .build = case_vector}},
};

Value rms_norm(Value x, Value gain, double epsilon) { return apply(op::rms_norm, {x, gain}, {{"epsilon", epsilon}}); }

}  // namespace weft

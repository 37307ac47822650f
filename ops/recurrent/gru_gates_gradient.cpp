#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/recurrent/gates.h"

namespace weft {
namespace {

std::vector<TensorType> infer_gru_gates_gradient(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 4);
  require(operands[0] == operands[1], "the gates of input and state differ: x_gates {}, h_gates {}", operands[0],
          operands[1]);
  units_of(operands[0], 3, operands.subspan(2, 2));
  return {operands[0], operands[1], operands[2]};
}

// A unit: the gates again, and some 14 products and sums.
double flops_of_gru_gates_gradient(std::span<const TensorType> operands, std::span<const TensorType>,
                                   const Attributes&) {
  return 34.0 * static_cast<double>(operands[2].shape.volume());
}

std::vector<Value> apply_gru_gates_gradient(Graph& graph, std::int64_t batch, std::int64_t units) {
  const GruGatesGradient gradient = gru_gates_gradient(
      graph.input("x_gates", DType::f32, {batch, 3 * units}), graph.input("h_gates", DType::f32, {batch, 3 * units}),
      graph.input("h", DType::f32, {batch, units}), graph.input("cotangent", DType::f32, {batch, units}));
  return {gradient.x_gates, gradient.h_gates, gradient.h};
}
std::vector<Value> gru_gates_gradient_case_one_unit(Graph& graph) { return apply_gru_gates_gradient(graph, 2, 1); }
std::vector<Value> gru_gates_gradient_case_odd(Graph& graph) { return apply_gru_gates_gradient(graph, 3, 5); }
std::vector<Value> gru_gates_gradient_case_vector_and_tail(Graph& graph) {
  return apply_gru_gates_gradient(graph, 1, 19);
}

}  // namespace

const Op op::gru_gates_gradient = {
    .name = "gru_gates_gradient",
    .family = "recurrent",
    .summary = "the gradients of gru_gates with respect to its three operands; the gates are computed again",
    .operands = {"x_gates", "h_gates", "h", "cotangent"},
    .results = {"d_x_gates", "d_h_gates", "d_h"},
    .infer = infer_gru_gates_gradient,
    .no_gradient = "it is a fused gradient; differentiate a GRU twice by writing it in primitive ops",
    .flops = flops_of_gru_gates_gradient,
    .cases = {{.name = "one_unit", .build = gru_gates_gradient_case_one_unit},
              {.name = "odd", .build = gru_gates_gradient_case_odd},
              {.name = "vector_and_tail", .build = gru_gates_gradient_case_vector_and_tail}},
};

GruGatesGradient gru_gates_gradient(Value x_gates, Value h_gates, Value h, Value cotangent) {
  const std::vector<Value> results =
      apply_all(op::gru_gates_gradient, std::vector<Value>{x_gates, h_gates, h, cotangent});
  return {results[0], results[1], results[2]};
}

}  // namespace weft

#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/recurrent/gates.h"

namespace weft {
namespace {

std::vector<TensorType> infer_gru_gates(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 3);
  require(operands[0] == operands[1], "the gates of input and state differ: x_gates {}, h_gates {}", operands[0],
          operands[1]);
  units_of(operands[0], 3, operands.subspan(2, 1));
  return {operands[2]};
}

std::vector<Value> gradient_of_gru_gates(const GradientContext& context) {
  const GruGatesGradient gradient =
      gru_gates_gradient(context.operand(0), context.operand(1), context.operand(2), context.cotangent(0));
  return {gradient.x_gates, gradient.h_gates, gradient.h};
}

// A unit: two sigmoids and a tanh (4 each), three sums of gates, a product, and the mean of three products and sums.
double flops_of_gru_gates(std::span<const TensorType>, std::span<const TensorType> results, const Attributes&) {
  return 20.0 * static_cast<double>(results[0].shape.volume());
}

std::vector<Value> apply_gru_gates(Graph& graph, std::int64_t batch, std::int64_t units) {
  return {gru_gates(graph.input("x_gates", DType::f32, {batch, 3 * units}),
                    graph.input("h_gates", DType::f32, {batch, 3 * units}),
                    graph.input("h", DType::f32, {batch, units}))};
}
std::vector<Value> gru_gates_case_one_unit(Graph& graph) { return apply_gru_gates(graph, 2, 1); }
std::vector<Value> gru_gates_case_odd(Graph& graph) { return apply_gru_gates(graph, 3, 5); }
std::vector<Value> gru_gates_case_vector_and_tail(Graph& graph) { return apply_gru_gates(graph, 1, 19); }

}  // namespace

const Op op::gru_gates = {
    .name = "gru_gates",
    .family = "recurrent",
    .summary =
        "the gate arithmetic of a GRU (Keras, reset_after): z = sigmoid(xz + hz), r = sigmoid(xr + hr), "
        "c = tanh(xh + r hh), h' = z h + (1 - z) c",
    .operands = {"x_gates", "h_gates", "h"},
    .results = {"h_next"},
    .infer = infer_gru_gates,
    .gradient = gradient_of_gru_gates,
    .flops = flops_of_gru_gates,
    .in_place = {{0, 2}},
    .cases = {{.name = "one_unit", .build = gru_gates_case_one_unit},
              {.name = "odd", .build = gru_gates_case_odd},
              {.name = "vector_and_tail", .build = gru_gates_case_vector_and_tail}},
};

Value gru_gates(Value x_gates, Value h_gates, Value h) { return apply(op::gru_gates, {x_gates, h_gates, h}); }

}  // namespace weft

#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/recurrent/gates.h"

namespace weft {
namespace {

std::vector<TensorType> infer_lstm_gates(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 2);
  units_of(operands[0], 4, operands.subspan(1, 1));
  return {operands[1], operands[1]};
}

std::vector<Value> gradient_of_lstm_gates(const GradientContext& context) {
  const LstmGatesGradient gradient = lstm_gates_gradient(context.operand(0), context.operand(1),
                                                         context.cotangent_or_zeros(0), context.cotangent_or_zeros(1));
  return {gradient.gates, gradient.c};
}

// A unit: three sigmoids and two tanh (4 each), four products and sums.
double flops_of_lstm_gates(std::span<const TensorType>, std::span<const TensorType> results, const Attributes&) {
  return 24.0 * static_cast<double>(results[0].shape.volume());
}

std::vector<Value> apply_lstm_gates(Graph& graph, std::int64_t batch, std::int64_t units) {
  const LstmState state =
      lstm_gates(graph.input("gates", DType::f32, {batch, 4 * units}), graph.input("c", DType::f32, {batch, units}));
  return {state.h, state.c};
}
std::vector<Value> lstm_gates_case_one_unit(Graph& graph) { return apply_lstm_gates(graph, 2, 1); }
std::vector<Value> lstm_gates_case_odd(Graph& graph) { return apply_lstm_gates(graph, 3, 5); }
std::vector<Value> lstm_gates_case_vector_and_tail(Graph& graph) { return apply_lstm_gates(graph, 1, 19); }

}  // namespace

const Op op::lstm_gates = {
    .name = "lstm_gates",
    .family = "recurrent",
    .summary = "the gate arithmetic of an LSTM: c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c')",
    .operands = {"gates", "c"},
    .results = {"h_next", "c_next"},
    .infer = infer_lstm_gates,
    .gradient = gradient_of_lstm_gates,
    .flops = flops_of_lstm_gates,
    .in_place = {{1, 1}},
    .cases = {{.name = "one_unit", .build = lstm_gates_case_one_unit},
              {.name = "odd", .build = lstm_gates_case_odd},
              {.name = "vector_and_tail", .build = lstm_gates_case_vector_and_tail}},
};

LstmState lstm_gates(Value gates, Value c) {
  const std::vector<Value> results = apply_all(op::lstm_gates, std::vector<Value>{gates, c});
  return {results[0], results[1]};
}

}  // namespace weft

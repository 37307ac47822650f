#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/recurrent/gates.h"

namespace weft {
namespace {

std::vector<TensorType> infer_lstm_gates_gradient(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 4);
  units_of(operands[0], 4, operands.subspan(1, 3));
  return {operands[0], operands[1]};
}

// A unit: the gates again, and some 24 products and sums.
double flops_of_lstm_gates_gradient(std::span<const TensorType> operands, std::span<const TensorType>,
                                    const Attributes&) {
  return 48.0 * static_cast<double>(operands[1].shape.volume());
}

std::vector<Value> apply_lstm_gates_gradient(Graph& graph, std::int64_t batch, std::int64_t units) {
  const Shape state{batch, units};
  const LstmGatesGradient gradient =
      lstm_gates_gradient(graph.input("gates", DType::f32, {batch, 4 * units}), graph.input("c", DType::f32, state),
                          graph.input("h_cotangent", DType::f32, state), graph.input("c_cotangent", DType::f32, state));
  return {gradient.gates, gradient.c};
}
std::vector<Value> lstm_gates_gradient_case_one_unit(Graph& graph) { return apply_lstm_gates_gradient(graph, 2, 1); }
std::vector<Value> lstm_gates_gradient_case_odd(Graph& graph) { return apply_lstm_gates_gradient(graph, 3, 5); }
std::vector<Value> lstm_gates_gradient_case_vector_and_tail(Graph& graph) {
  return apply_lstm_gates_gradient(graph, 1, 19);
}

}  // namespace

const Op op::lstm_gates_gradient = {
    .name = "lstm_gates_gradient",
    .family = "recurrent",
    .summary = "the gradients of lstm_gates with respect to its two operands; the gates are computed again",
    .operands = {"gates", "c", "h_cotangent", "c_cotangent"},
    .results = {"d_gates", "d_c"},
    .infer = infer_lstm_gates_gradient,
    .no_gradient = "it is a fused gradient; differentiate an LSTM twice by writing it in primitive ops",
    .flops = flops_of_lstm_gates_gradient,
    .cases = {{.name = "one_unit", .build = lstm_gates_gradient_case_one_unit},
              {.name = "odd", .build = lstm_gates_gradient_case_odd},
              {.name = "vector_and_tail", .build = lstm_gates_gradient_case_vector_and_tail}},
};

LstmGatesGradient lstm_gates_gradient(Value gates, Value c, Value h_cotangent, Value c_cotangent) {
  const std::vector<Value> results =
      apply_all(op::lstm_gates_gradient, std::vector<Value>{gates, c, h_cotangent, c_cotangent});
  return {results[0], results[1]};
}

}  // namespace weft

#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_lstm_cell(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 6);
  const TensorType& x = operands[0];
  const TensorType& h = operands[1];
  const TensorType& c = operands[2];
  require_float(x, "x");
  for (const TensorType& operand : operands) require_same_dtype(x, operand);
  require(x.shape.rank() == 2 && h.shape.rank() == 2 && x.shape[0] == h.shape[0],
          "x [batch, in] and h [batch, units] are needed: x {}, h {}", x, h);
  require(c == h, "h and c differ: h {}, c {}", h, c);
  const std::int64_t units = h.shape[1];
  const auto require_shape = [&](std::size_t operand, std::string_view name, const Shape& shape) {
    require(operands[operand].shape == shape, "for x {} and h {} the {} must be {}, not {}", x, h, name, shape,
            operands[operand].shape);
  };
  require_shape(3, "kernel", {x.shape[1], 4 * units});
  require_shape(4, "recurrent kernel", {units, 4 * units});
  require_shape(5, "bias", {4 * units});
  return {h, c};
}

std::vector<Value> decompose_lstm_cell(std::span<const Value> operands, const Attributes&) {
  const Value x_gates = dense(operands[0], operands[3], operands[5]);
  const Value h_gates = matmul(operands[1], operands[4]);
  const LstmState next = lstm_gates(x_gates + h_gates, operands[2]);
  return {next.h, next.c};
}

// The two products, and the gates at 24 a unit.
double flops_of_lstm_cell(std::span<const TensorType> operands, std::span<const TensorType> results,
                          const Attributes&) {
  const double inner = static_cast<double>(operands[0].shape[1] + operands[1].shape[1]);
  return static_cast<double>(results[0].shape.volume()) * (4.0 * (2.0 * inner + 2.0) + 24.0);
}

std::vector<Value> apply_lstm_cell(Graph& graph, std::int64_t batch, std::int64_t in, std::int64_t units) {
  const LstmState next =
      lstm_cell(graph.input("x", DType::f32, {batch, in}),
                {.h = graph.input("h", DType::f32, {batch, units}), .c = graph.input("c", DType::f32, {batch, units})},
                {.kernel = graph.input("kernel", DType::f32, {in, 4 * units}),
                 .recurrent_kernel = graph.input("recurrent_kernel", DType::f32, {units, 4 * units}),
                 .bias = graph.input("bias", DType::f32, {4 * units})});
  return {next.h, next.c};
}
std::vector<Value> lstm_cell_case_odd(Graph& graph) { return apply_lstm_cell(graph, 3, 5, 7); }
std::vector<Value> lstm_cell_case_one_row(Graph& graph) { return apply_lstm_cell(graph, 1, 2, 3); }

}  // namespace

const Op op::lstm_cell = {
    .name = "lstm_cell",
    .family = "recurrent",
    .summary = "one step of an LSTM: h', c' = lstm_gates(x kernel + h recurrent_kernel + bias, c), gates i, f, g, o",
    .operands = {"x", "h", "c", "kernel", "recurrent_kernel", "bias"},
    .results = {"h_next", "c_next"},
    .infer = infer_lstm_cell,
    .decompose = decompose_lstm_cell,
    .flops = flops_of_lstm_cell,
    .cases = {{.name = "odd", .build = lstm_cell_case_odd, .low = -1.0, .high = 1.0},
              {.name = "one_row", .build = lstm_cell_case_one_row, .low = -1.0, .high = 1.0}},
};

LstmState lstm_cell(Value x, const LstmState& state, const LstmWeights& weights) {
  const std::vector<Value> results = apply_all(
      op::lstm_cell, std::vector<Value>{x, state.h, state.c, weights.kernel, weights.recurrent_kernel, weights.bias});
  return {results[0], results[1]};
}

}  // namespace weft

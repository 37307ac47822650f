#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_gru_cell(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 6);
  const TensorType& x = operands[0];
  const TensorType& h = operands[1];
  require_float(x, "x");
  for (const TensorType& operand : operands) require_same_dtype(x, operand);
  require(x.shape.rank() == 2 && h.shape.rank() == 2 && x.shape[0] == h.shape[0],
          "x [batch, in] and h [batch, units] are needed: x {}, h {}", x, h);
  const std::int64_t units = h.shape[1];
  const auto require_shape = [&](std::size_t operand, std::string_view name, const Shape& shape) {
    require(operands[operand].shape == shape, "for x {} and h {} the {} must be {}, not {}", x, h, name, shape,
            operands[operand].shape);
  };
  require_shape(2, "kernel", {x.shape[1], 3 * units});
  require_shape(3, "recurrent kernel", {units, 3 * units});
  require_shape(4, "input bias", {3 * units});
  require_shape(5, "recurrent bias", {3 * units});
  return {h};
}

std::vector<Value> decompose_gru_cell(std::span<const Value> operands, const Attributes&) {
  const Value x_gates = dense(operands[0], operands[2], operands[4]);
  const Value h_gates = dense(operands[1], operands[3], operands[5]);
  return {gru_gates(x_gates, h_gates, operands[1])};
}

// The two products, and the gates at 20 a unit.
double flops_of_gru_cell(std::span<const TensorType> operands, std::span<const TensorType> results, const Attributes&) {
  const double inner = static_cast<double>(operands[0].shape[1] + operands[1].shape[1]);
  return static_cast<double>(results[0].shape.volume()) * (3.0 * (2.0 * inner + 2.0) + 20.0);
}

std::vector<Value> apply_gru_cell(Graph& graph, std::int64_t batch, std::int64_t in, std::int64_t units) {
  return {gru_cell(graph.input("x", DType::f32, {batch, in}), graph.input("h", DType::f32, {batch, units}),
                   {.kernel = graph.input("kernel", DType::f32, {in, 3 * units}),
                    .recurrent_kernel = graph.input("recurrent_kernel", DType::f32, {units, 3 * units}),
                    .input_bias = graph.input("input_bias", DType::f32, {3 * units}),
                    .recurrent_bias = graph.input("recurrent_bias", DType::f32, {3 * units})})};
}
std::vector<Value> gru_cell_case_odd(Graph& graph) { return apply_gru_cell(graph, 3, 5, 7); }
std::vector<Value> gru_cell_case_one_row(Graph& graph) { return apply_gru_cell(graph, 1, 2, 3); }

}  // namespace

const Op op::gru_cell = {
    .name = "gru_cell",
    .family = "recurrent",
    .summary =
        "one step of a GRU (Keras, reset_after): h' = gru_gates(x kernel + input_bias, h recurrent_kernel + "
        "recurrent_bias, h), gates z, r, h",
    .operands = {"x", "h", "kernel", "recurrent_kernel", "input_bias", "recurrent_bias"},
    .results = {"h_next"},
    .infer = infer_gru_cell,
    .decompose = decompose_gru_cell,
    .flops = flops_of_gru_cell,
    .cases = {{.name = "odd", .build = gru_cell_case_odd, .low = -1.0, .high = 1.0},
              {.name = "one_row", .build = gru_cell_case_one_row, .low = -1.0, .high = 1.0}},
};

Value gru_cell(Value x, Value h, const GruWeights& weights) {
  return apply(op::gru_cell,
               {x, h, weights.kernel, weights.recurrent_kernel, weights.input_bias, weights.recurrent_bias});
}

}  // namespace weft

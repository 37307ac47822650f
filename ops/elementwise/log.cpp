#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_log(const GradientContext& context) {
  return {context.cotangent(0) / context.operand(0)};
}

std::vector<Value> log_case_matrix(Graph& graph) { return {log(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> log_case_scalar(Graph& graph) { return {log(graph.input("x", DType::f32, {}))}; }

}  // namespace

const Op op::log = {
    .name = "log",
    .family = "elementwise",
    .summary = "y = ln(x), for x > 0",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient_of_log,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = log_case_matrix, .low = 0.3, .high = 4.0},
              {.name = "scalar", .build = log_case_scalar, .low = 0.3, .high = 4.0}},
};

Value log(Value x) { return apply(op::log, {x}); }

}  // namespace weft

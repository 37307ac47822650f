#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

// It is constant almost everywhere: its derivative is 0.
std::vector<Value> gradient_of_round(const GradientContext&) { return {Value()}; }

// Times x, so that there is a gradient to be checked.
std::vector<Value> round_times_x(Value x) { return {x * round(x)}; }
std::vector<Value> round_case_matrix(Graph& graph) { return round_times_x(graph.input("x", DType::f32, {3, 5})); }
std::vector<Value> round_case_scalar(Graph& graph) { return round_times_x(graph.input("x", DType::f32, {})); }

}  // namespace

const Op op::round = {
    .name = "round",
    .family = "elementwise",
    .summary = "y = the nearest whole number to x, of two the even one",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient_of_round,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = round_case_matrix}, {.name = "scalar", .build = round_case_scalar}},
};

Value round(Value x) { return apply(op::round, {x}); }

}  // namespace weft

#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

// It is constant almost everywhere: its derivative is 0.
std::vector<Value> gradient(const GradientContext&) { return {Value()}; }

// Times x, so that there is a gradient to be checked.
std::vector<Value> times_x(Value x) { return {x * round(x)}; }
std::vector<Value> case_matrix(Graph& graph) { return times_x(graph.input("x", DType::f32, {3, 5})); }
std::vector<Value> case_scalar(Graph& graph) { return times_x(graph.input("x", DType::f32, {})); }

}  // namespace

const Op op::round = {
    .name = "round",
    .family = "elementwise",
    .summary = "y = the nearest whole number to x, of two the even one",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = case_matrix}, {.name = "scalar", .build = case_scalar}},
};

Value round(Value x) { return apply(op::round, {x}); }

}  // namespace weft

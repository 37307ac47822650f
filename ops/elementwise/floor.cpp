#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

// It is constant almost everywhere: its derivative is 0.
std::vector<Value> gradient_of_floor(const GradientContext&) { return {Value()}; }

// Times x, so that there is a gradient to be checked.
std::vector<Value> floor_times_x(Value x) { return {x * floor(x)}; }
std::vector<Value> floor_case_matrix(Graph& graph) { return floor_times_x(graph.input("x", DType::f32, {3, 5})); }
std::vector<Value> floor_case_scalar(Graph& graph) { return floor_times_x(graph.input("x", DType::f32, {})); }

}  // namespace

const Op op::floor = {
    .name = "floor",
    .family = "elementwise",
    .summary = "y = the largest whole number up to x",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient_of_floor,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = floor_case_matrix}, {.name = "scalar", .build = floor_case_scalar}},
};

Value floor(Value x) { return apply(op::floor, {x}); }

}  // namespace weft

#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> decompose_stop_gradient(std::span<const Value> operands, const Attributes&) { return {operands[0]}; }

std::vector<Value> stop_gradient_case_matrix(Graph& graph) {
  return {stop_gradient(graph.input("x", DType::f32, {3, 5}))};
}

}  // namespace

const Op op::stop_gradient = {
    .name = "stop_gradient",
    .family = "elementwise",
    .summary = "y = x, whose gradient is not passed on",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .no_gradient = "it is there to pass none on",
    .stops_gradient = true,
    .decompose = decompose_stop_gradient,
    .flops = no_flops,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = stop_gradient_case_matrix}},
};

Value stop_gradient(Value x) { return apply(op::stop_gradient, {x}); }

}  // namespace weft

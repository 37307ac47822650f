#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_argmax(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  require_number(operands[0], "x");
  return {{DType::i32, operands[0].shape.without(axis_of(attributes, operands[0].shape))}};
}

std::vector<Value> argmax_case_last_axis(Graph& graph) { return {argmax(graph.input("x", DType::f32, {3, 5}), -1)}; }
std::vector<Value> argmax_case_middle_axis(Graph& graph) {
  return {argmax(graph.input("x", DType::f32, {2, 5, 3}), 1)};
}
std::vector<Value> argmax_case_ties(Graph& graph) {
  return {argmax(graph.constant(Tensor::of<float>({2, 4}, {1, 3, 3, 2, 7, 7, 7, 7})), 1)};
}

}  // namespace

const Op op::argmax = {
    .name = "argmax",
    .family = "reduction",
    .summary =
        "the index (i32) of the largest element along an axis, the first of equals; the first NaN if there is one",
    .operands = {"x"},
    .results = {"index"},
    .attributes = {"axis: the axis that is searched and removed"},
    .infer = infer_argmax,
    .no_gradient = "an index is an integer",
    .flops = one_flop_per_operand,
    .cases = {{.name = "last_axis", .build = argmax_case_last_axis},
              {.name = "middle_axis", .build = argmax_case_middle_axis},
              {.name = "ties", .build = argmax_case_ties}},
};

Value argmax(Value x, std::int64_t axis) { return apply(op::argmax, {x}, {{"axis", axis_from_first(x, axis)}}); }

}  // namespace weft

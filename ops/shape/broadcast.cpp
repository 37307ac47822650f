#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_broadcast(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  const Shape shape = shape_from(attributes);
  require(broadcasts_to(operands[0].shape, shape), "shape {} does not broadcast to {}", operands[0].shape, shape);
  return {{operands[0].dtype, shape}};
}

std::vector<Value> gradient_of_broadcast(const GradientContext& context) {
  return {sum_to(context.cotangent(0), context.operand(0).shape())};
}

std::vector<Value> broadcast_case_scalar(Graph& graph) { return {broadcast(graph.input("x", DType::f32, {}), {3, 5})}; }
std::vector<Value> broadcast_case_rows(Graph& graph) {
  return {broadcast(graph.input("x", DType::f32, {5}), {2, 3, 5})};
}
std::vector<Value> broadcast_case_inner_axis(Graph& graph) {
  return {broadcast(graph.input("x", DType::f32, {2, 1, 5}), {2, 3, 5})};
}

}  // namespace

const Op op::broadcast = {
    .name = "broadcast",
    .family = "shape",
    .summary = "x repeated along axes that it lacks or has with extent 1",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"shape: the shape of the result"},
    .infer = infer_broadcast,
    .gradient = gradient_of_broadcast,
    .flops = no_flops,
    .cases = {{.name = "scalar", .build = broadcast_case_scalar},
              {.name = "rows", .build = broadcast_case_rows},
              {.name = "inner_axis", .build = broadcast_case_inner_axis}},
};

Value broadcast(Value x, const Shape& shape) { return apply(op::broadcast, {x}, {{"shape", shape_attribute(shape)}}); }

}  // namespace weft

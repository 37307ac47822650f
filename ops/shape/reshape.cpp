#include <algorithm>
#include <functional>
#include <numeric>

#include "graph/base/joined.h"
#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_reshape(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  const Shape shape = shape_from(attributes);
  require(shape.volume() == operands[0].shape.volume(), "the numbers of elements differ: from {} ({}) to {} ({})",
          operands[0].shape, operands[0].shape.volume(), shape, shape.volume());
  return {{operands[0].dtype, shape}};
}

/// The extents, with the one that is -1 worked out.
std::vector<std::int64_t> whole_extents(Value x, std::vector<std::int64_t> extents) {
  const auto open = std::ranges::find(extents, -1);
  if (!x || open == extents.end()) return extents;
  const std::int64_t others = std::accumulate(extents.begin(), extents.end(), std::int64_t{-1}, std::multiplies<>());
  require(std::count(open, extents.end(), -1) == 1, "reshape '{}' to [{}]: one extent at most may be -1", x.name(),
          joined(extents, ","));
  require(others > 0 && x.shape().volume() % others == 0,
          "reshape '{}' to [{}]: its {} elements, {}, are no multiple of {}", x.name(), joined(extents, ","),
          x.shape().volume(), x.type(), others);
  *open = x.shape().volume() / others;
  return extents;
}

std::vector<Value> gradient_of_reshape(const GradientContext& context) {
  return {reshape(context.cotangent(0), context.operand(0).shape())};
}

std::vector<Value> reshape_case_matrix(Graph& graph) {
  return {reshape(graph.input("x", DType::f32, {2, 3, 5}), {5, 6})};
}
std::vector<Value> reshape_case_to_scalar(Graph& graph) { return {reshape(graph.input("x", DType::f32, {1, 1}), {})}; }

}  // namespace

const Op op::reshape = {
    .name = "reshape",
    .family = "shape",
    .summary = "the same elements, row-major, under another shape",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"shape: the shape of the result"},
    .infer = infer_reshape,
    .gradient = gradient_of_reshape,
    .flops = no_flops,
    .cases = {{.name = "matrix", .build = reshape_case_matrix}, {.name = "to_scalar", .build = reshape_case_to_scalar}},
};

Value reshape(Value x, const Integers& extents) {
  return apply(op::reshape, {x}, {{"shape", whole_extents(x, extents)}});
}

}  // namespace weft

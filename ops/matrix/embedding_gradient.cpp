#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_embedding_gradient(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 2);
  const TensorType& gradient = operands[0];
  const TensorType& ids = operands[1];
  require_float(gradient, "gradient");
  require(ids.dtype == DType::i32, "the ids are {}: i32 is needed", ids);
  require(gradient.shape.rank() >= 1 && gradient.shape.without(gradient.shape.rank() - 1) == ids.shape,
          "the gradient needs one row an id: gradient {}, ids {}", gradient, ids);
  return {{gradient.dtype, Shape{attributes.get<std::int64_t>("vocabulary"), gradient.shape[-1]}}};
}

// It is linear in its gradient operand, and the transpose of looking rows up is looking them up.
std::vector<Value> gradient_of_embedding_gradient(const GradientContext& context) {
  return {embedding(context.cotangent(0), context.operand(1)), Value()};
}

std::vector<Value> embedding_gradient_case_one_id(Graph& graph) {
  return {embedding_gradient(graph.input("gradient", DType::f32, {5}), graph.constant(4.0, DType::i32), 7)};
}
std::vector<Value> embedding_gradient_case_repeated_ids(Graph& graph) {
  const Value ids = graph.constant(Tensor::of<std::int32_t>({4}, {6, 0, 6, 3}));
  return {embedding_gradient(graph.input("gradient", DType::f32, {4, 5}), ids, 7)};
}
std::vector<Value> embedding_gradient_case_sequences(Graph& graph) {
  const Value ids = graph.constant(Tensor::of<std::int32_t>({2, 3}, {1, 5, 1, 0, 2, 6}));
  return {embedding_gradient(graph.input("gradient", DType::f32, {2, 3, 5}), ids, 9)};
}

}  // namespace

const Op op::embedding_gradient = {
    .name = "embedding_gradient",
    .family = "matrix",
    .summary = "row r of y is the sum of the rows of the gradient whose id is r: the gradient of embedding",
    .operands = {"gradient", "ids"},
    .results = {"y"},
    .attributes = {"vocabulary: the number of rows of the table"},
    .infer = infer_embedding_gradient,
    .gradient = gradient_of_embedding_gradient,
    .flops = one_flop_per_operand,
    .cases = {{.name = "one_id", .build = embedding_gradient_case_one_id},
              {.name = "repeated_ids", .build = embedding_gradient_case_repeated_ids},
              {.name = "sequences", .build = embedding_gradient_case_sequences}},
};

Value embedding_gradient(Value gradient, Value ids, std::int64_t vocabulary) {
  return apply(op::embedding_gradient, {gradient, ids}, {{"vocabulary", vocabulary}});
}

}  // namespace weft

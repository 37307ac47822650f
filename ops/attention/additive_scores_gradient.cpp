#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_additive_scores_gradient(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 4);
  const TensorType& query = operands[0];
  const TensorType& keys = operands[1];
  const TensorType& v = operands[2];
  const TensorType& cotangent = operands[3];
  require_float(query, "query");
  for (const TensorType& operand : operands) require_same_dtype(query, operand);
  require(query.shape.rank() == 2 && keys.shape.rank() == 3 && query.shape == keys.shape.without(1),
          "query [batch, units] and keys [batch, time, units] are needed: query {}, keys {}", query, keys);
  require(v.shape == Shape{keys.shape[2], 1}, "v needs one row a unit of the keys, [{},1]: v {}, keys {}",
          keys.shape[2], v, keys);
  require(cotangent.shape == keys.shape.without(2), "the cotangent needs one element a key: cotangent {}, keys {}",
          cotangent, keys);
  return {query, keys, v, {query.dtype, Shape{1}}};
}

// An element of the keys: a sum, a tanh (4), and some 8 products and sums.
double flops_of_additive_scores_gradient(std::span<const TensorType> operands, std::span<const TensorType>,
                                         const Attributes&) {
  return 13.0 * static_cast<double>(operands[1].shape.volume());
}

std::vector<Value> apply_additive_scores_gradient(Graph& graph, std::int64_t batch, std::int64_t time,
                                                  std::int64_t units) {
  const AdditiveScoresGradient gradient = additive_scores_gradient(
      graph.input("query", DType::f32, {batch, units}), graph.input("keys", DType::f32, {batch, time, units}),
      graph.input("v", DType::f32, {units, 1}), graph.input("cotangent", DType::f32, {batch, time}));
  return {gradient.query, gradient.keys, gradient.v, gradient.bv};
}
std::vector<Value> additive_scores_gradient_case_odd(Graph& graph) {
  return apply_additive_scores_gradient(graph, 3, 5, 7);
}
std::vector<Value> additive_scores_gradient_case_one_step(Graph& graph) {
  return apply_additive_scores_gradient(graph, 2, 1, 3);
}
std::vector<Value> additive_scores_gradient_case_vector_and_tail(Graph& graph) {
  return apply_additive_scores_gradient(graph, 1, 2, 19);
}

}  // namespace

const Op op::additive_scores_gradient = {
    .name = "additive_scores_gradient",
    .family = "attention",
    .summary = "the gradients of additive_scores with respect to its four operands; the tanh is computed again",
    .operands = {"query", "keys", "v", "cotangent"},
    .results = {"d_query", "d_keys", "d_v", "d_bv"},
    .infer = infer_additive_scores_gradient,
    .no_gradient = "it is a fused gradient; differentiate the scores twice by writing them in primitive ops",
    .flops = flops_of_additive_scores_gradient,
    .cases = {{.name = "odd", .build = additive_scores_gradient_case_odd},
              {.name = "one_step", .build = additive_scores_gradient_case_one_step},
              {.name = "vector_and_tail", .build = additive_scores_gradient_case_vector_and_tail}},
};

AdditiveScoresGradient additive_scores_gradient(Value query, Value keys, Value v, Value cotangent) {
  const std::vector<Value> results =
      apply_all(op::additive_scores_gradient, std::vector<Value>{query, keys, v, cotangent});
  return {results[0], results[1], results[2], results[3]};
}

}  // namespace weft

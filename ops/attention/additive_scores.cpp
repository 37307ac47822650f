#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_additive_scores(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 4);
  const TensorType& query = operands[0];
  const TensorType& keys = operands[1];
  require_float(query, "query");
  for (const TensorType& operand : operands) require_same_dtype(query, operand);
  require(query.shape.rank() == 2 && keys.shape.rank() == 3 && query.shape == keys.shape.without(1),
          "query [batch, units] and keys [batch, time, units] are needed: query {}, keys {}", query, keys);
  require(operands[2].shape == Shape{keys.shape[2], 1}, "v needs one row a unit of the keys, [{},1]: v {}, keys {}",
          keys.shape[2], operands[2], keys);
  require(operands[3].shape == Shape{1}, "bv is {}: one element, [1], is needed", operands[3]);
  return {{query.dtype, keys.shape.without(2)}};
}

std::vector<Value> gradient_of_additive_scores(const GradientContext& context) {
  const AdditiveScoresGradient gradient =
      additive_scores_gradient(context.operand(0), context.operand(1), context.operand(2), context.cotangent(0));
  return {gradient.query, gradient.keys, gradient.v, gradient.bv};
}

// An element of the keys: a sum, a tanh (4), a product and a sum.
double flops_of_additive_scores(std::span<const TensorType> operands, std::span<const TensorType>, const Attributes&) {
  return 7.0 * static_cast<double>(operands[1].shape.volume());
}

std::vector<Value> scores(Graph& graph, std::int64_t batch, std::int64_t time, std::int64_t units) {
  return {additive_scores(graph.input("query", DType::f32, {batch, units}),
                          graph.input("keys", DType::f32, {batch, time, units}),
                          graph.input("v", DType::f32, {units, 1}), graph.input("bv", DType::f32, {1}))};
}
std::vector<Value> additive_scores_case_odd(Graph& graph) { return scores(graph, 3, 5, 7); }
std::vector<Value> additive_scores_case_one_step(Graph& graph) { return scores(graph, 2, 1, 3); }
std::vector<Value> additive_scores_case_vector_and_tail(Graph& graph) { return scores(graph, 1, 2, 19); }

}  // namespace

const Op op::additive_scores = {
    .name = "additive_scores",
    .family = "attention",
    .summary = "scores[b, t] = sum over u of v[u] tanh(query[b, u] + keys[b, t, u]) + bv; the tanh is never stored",
    .operands = {"query", "keys", "v", "bv"},
    .results = {"scores"},
    .infer = infer_additive_scores,
    .gradient = gradient_of_additive_scores,
    .flops = flops_of_additive_scores,
    .cases = {{.name = "odd", .build = additive_scores_case_odd},
              {.name = "one_step", .build = additive_scores_case_one_step},
              {.name = "vector_and_tail", .build = additive_scores_case_vector_and_tail}},
};

Value additive_scores(Value query, Value keys, Value v, Value bv) {
  return apply(op::additive_scores, {query, keys, v, bv});
}

}  // namespace weft

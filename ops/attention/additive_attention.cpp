#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

/// The score of a step past the end: so far below all others that the exponential of the difference is exactly 0, yet
/// finite, so that no infinity enters the arithmetic.
constexpr double score_past_the_end = -1e30;

constexpr std::size_t lengths_operand = 8;

std::vector<TensorType> infer_additive_attention(std::span<const TensorType> operands, const Attributes&) {
  require(operands.size() == 8 || operands.size() == 9, "{} operands are given, 8 needed, or 9 with lengths",
          operands.size());
  const TensorType& query = operands[0];
  const TensorType& values = operands[1];
  require_float(query, "query");
  for (const TensorType& operand : operands.first(lengths_operand)) require_same_dtype(query, operand);
  require(query.shape.rank() == 2 && values.shape.rank() == 3 && query.shape[0] == values.shape[0],
          "query [batch, query units] and values [batch, time, value units] are needed: query {}, values {}", query,
          values);
  require(operands[2].shape.rank() == 2, "w1 is {}: [query units, attention units] is needed", operands[2]);
  const std::int64_t units = operands[2].shape[1];
  const auto require_shape = [&](std::size_t operand, std::string_view name, const Shape& shape) {
    require(operands[operand].shape == shape, "for query {}, values {} and {} attention units, {} must be {}, not {}",
            query, values, units, name, shape, operands[operand].shape);
  };
  require_shape(2, "w1", {query.shape[1], units});
  require_shape(3, "b1", {units});
  require_shape(4, "w2", {values.shape[2], units});
  require_shape(5, "b2", {units});
  require_shape(6, "v", {units, 1});
  require_shape(7, "bv", {1});
  if (operands.size() > lengths_operand) {
    const TensorType& lengths = operands[lengths_operand];
    require(lengths == TensorType{DType::i32, Shape{values.shape[0]}}, "the lengths are {}: i32[{}] is needed", lengths,
            values.shape[0]);
  }
  return {{query.dtype, values.shape.without(1)}, {query.dtype, values.shape.without(2)}};
}

// The keys depend on the values alone: over the steps of an unrolled decoder, they are the same node.
std::vector<Value> decompose_additive_attention(std::span<const Value> operands, const Attributes&) {
  const AdditiveAttentionWeights weights{operands[2], operands[3], operands[4], operands[5], operands[6], operands[7]};
  const Value lengths = operands.size() > lengths_operand ? operands[lengths_operand] : Value{};
  const Value keys = attention_keys(operands[1], weights);
  const Attention attention = attend(operands[0], operands[1], keys, weights, lengths);
  return {attention.context, attention.weights};
}

// The two products, the scores (7 an element), the softmax (5 an element) and the mean of the values.
double flops_of_additive_attention(std::span<const TensorType> operands, std::span<const TensorType>,
                                   const Attributes&) {
  const auto batch = static_cast<double>(operands[1].shape[0]);
  const auto time = static_cast<double>(operands[1].shape[1]);
  const auto query_units = static_cast<double>(operands[2].shape[0]);
  const auto value_units = static_cast<double>(operands[4].shape[0]);
  const auto units = static_cast<double>(operands[2].shape[1]);
  return batch * units * (2.0 * query_units + 1.0) +
         batch * time * (units * (2.0 * value_units + 1.0 + 7.0) + 5.0 + 2.0 * value_units);
}

// bv is a constant: it shifts all scores of a row, which the softmax does not see, so that its gradient is 0.
std::vector<Value> attention(Graph& graph, std::int64_t batch, std::int64_t time, Value lengths) {
  const AdditiveAttentionWeights weights{.w1 = graph.input("w1", DType::f32, {3, 5}),
                                         .b1 = graph.input("b1", DType::f32, {5}),
                                         .w2 = graph.input("w2", DType::f32, {7, 5}),
                                         .b2 = graph.input("b2", DType::f32, {5}),
                                         .v = graph.input("v", DType::f32, {5, 1}),
                                         .bv = graph.constant(Tensor::full({DType::f32, Shape{1}}, 0.5))};
  const Attention attention = additive_attention(graph.input("query", DType::f32, {batch, 3}),
                                                 graph.input("values", DType::f32, {batch, time, 7}), weights, lengths);
  return {attention.context, attention.weights};
}
std::vector<Value> additive_attention_case_all_steps(Graph& graph) { return attention(graph, 2, 3, {}); }
std::vector<Value> additive_attention_case_lengths(Graph& graph) {
  return attention(graph, 3, 5, graph.constant(Tensor::of<std::int32_t>({3}, {5, 1, 3})));
}

}  // namespace

const Op op::additive_attention = {
    .name = "additive_attention",
    .family = "attention",
    .summary =
        "weights = softmax over time of v . tanh(query w1 + b1 + values w2 + b2) + bv, 0 past a row's length; "
        "context = the mean of the values so weighted (Bahdanau)",
    .operands = {"query", "values", "w1", "b1", "w2", "b2", "v", "bv", "lengths..."},
    .results = {"context", "weights"},
    .infer = infer_additive_attention,
    .decompose = decompose_additive_attention,
    .flops = flops_of_additive_attention,
    .cases = {{.name = "all_steps", .build = additive_attention_case_all_steps, .low = -1.0, .high = 1.0},
              {.name = "lengths", .build = additive_attention_case_lengths, .low = -1.0, .high = 1.0}},
};

Attention additive_attention(Value query, Value values, const AdditiveAttentionWeights& weights, Value lengths) {
  std::vector<Value> operands{query, values, weights.w1, weights.b1, weights.w2, weights.b2, weights.v, weights.bv};
  if (lengths) operands.push_back(lengths);
  const std::vector<Value> results = apply_all(op::additive_attention, operands);
  return {results[0], results[1]};
}

Value attention_keys(Value values, const AdditiveAttentionWeights& weights) {
  return dense(values, weights.w2, weights.b2).named("keys");
}

Value masked_scores(Value scores, Value within) {
  return select(within, scores, constant_like(scores, score_past_the_end));
}

Value weighted_mean(Value weights, Value values) {
  const std::int64_t batch = values.shape()[0];
  const Value mean = matmul(reshape(weights, Shape{batch, 1, values.shape()[1]}), values);
  return reshape(mean, Shape{batch, values.shape()[2]}).named("context");
}

Attention attend_by_scores(Value scores, Value values, Value within) {
  const Value weights = softmax(within ? masked_scores(scores, within) : scores, -1).named("weights");
  return {weighted_mean(weights, values), weights};
}

Attention attend(Value query, Value values, Value keys, const AdditiveAttentionWeights& weights, Value lengths) {
  const Value compared = dense(query, weights.w1, weights.b1).named("query");
  const Value scores = additive_scores(compared, keys, weights.v, weights.bv);
  return attend_by_scores(scores, values, lengths ? sequence_mask(lengths, values.shape()[1]) : Value{});
}

}  // namespace weft

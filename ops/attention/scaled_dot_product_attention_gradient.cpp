#include "ops/attention/attention_form.h"
#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

AttentionForm form_of_scaled_dot_product_attention_gradient(std::span<const TensorType> operands,
                                                            const Attributes& attributes) {
  return {operands, attributes, AttentionForm::fixed_backward};
}

std::vector<TensorType> infer_scaled_dot_product_attention_gradient(std::span<const TensorType> operands,
                                                                    const Attributes& attributes) {
  const AttentionForm form = form_of_scaled_dot_product_attention_gradient(operands, attributes);
  const TensorType& query = operands[0];
  const TensorType of_queries{query.dtype, form.of_queries()};
  require(operands[3] == of_queries && operands[4] == of_queries,
          "for query {} the log_sum_exp and what is taken must be {}: they are {} and {}", query, of_queries,
          operands[3], operands[4]);
  const TensorType result{query.dtype, query.shape.with(query.shape.rank() - 1, form.value_units)};
  require(operands[5] == result, "for query {} and value {} the cotangent must be {}, not {}", query, operands[2],
          result, operands[5]);
  return {operands[0], operands[1], operands[2]};
}

std::vector<Value> decompose_scaled_dot_product_attention_gradient(std::span<const Value> operands,
                                                                   const Attributes& attributes) {
  const AttentionForm form = form_of_scaled_dot_product_attention_gradient(types_of(operands), attributes);
  const AttentionGradientParts parts = attention_gradient_parts(form, operands, attributes);
  return {parts.query, parts.key, parts.value};
}

// A score: its part of five products, and some 10 for the exponential and the differences.
double flops_of_scaled_dot_product_attention_gradient(std::span<const TensorType> operands, std::span<const TensorType>,
                                                      const Attributes& attributes) {
  const AttentionForm form = form_of_scaled_dot_product_attention_gradient(operands, attributes);
  return form.score_count() * static_cast<double>(6 * form.units + 4 * form.value_units + 10);
}

struct AttentionExtents {
  Shape leading;
  std::int64_t queries;
  std::int64_t keys;
  std::int64_t units;
  std::int64_t value_units;
};

std::vector<Value> apply_scaled_dot_product_attention_gradient(Graph& graph, const AttentionExtents& extents,
                                                               Value mask, bool causal, double rate) {
  const std::size_t rank = extents.leading.rank();
  const Shape of_queries = extents.leading.inserted(rank, extents.queries);
  const Shape of_keys = extents.leading.inserted(rank, extents.keys);
  const auto input = [&](std::string_view name, const Shape& shape) { return graph.input(name, DType::f32, shape); };
  std::vector<Value> operands{input("query", of_queries.inserted(rank + 1, extents.units)),
                              input("key", of_keys.inserted(rank + 1, extents.units)),
                              input("value", of_keys.inserted(rank + 1, extents.value_units)),
                              input("log_sum_exp", of_queries),
                              input("taken", of_queries),
                              input("cotangent", of_queries.inserted(rank + 1, extents.value_units))};
  if (mask) operands.push_back(mask);
  if (rate > 0.0) operands.push_back(graph.constant(5.0, DType::i32));
  const auto [query, key, value] = scaled_dot_product_attention_gradient(
      operands, {{"scale", 0.4}, {"causal", causal}, {"rate", rate}, {"seed", std::int64_t{3}}, {"stream", "case"}});
  return {query, key, value};
}

std::vector<Value> scaled_dot_product_attention_gradient_case_heads(Graph& graph) {
  return apply_scaled_dot_product_attention_gradient(graph, {{2, 3}, 5, 7, 3, 2}, {}, false, 0.0);
}
std::vector<Value> scaled_dot_product_attention_gradient_case_causal(Graph& graph) {
  return apply_scaled_dot_product_attention_gradient(graph, {{3}, 5, 5, 2, 3}, {}, true, 0.0);
}
std::vector<Value> scaled_dot_product_attention_gradient_case_boolean_mask(Graph& graph) {
  const Value mask = graph.constant(Tensor::of<std::uint8_t>({2, 1, 3}, {1, 0, 1, 0, 0, 0}));
  return apply_scaled_dot_product_attention_gradient(graph, {{2}, 2, 3, 3, 3}, mask, false, 0.0);
}
std::vector<Value> scaled_dot_product_attention_gradient_case_added_mask(Graph& graph) {
  return apply_scaled_dot_product_attention_gradient(graph, {{2}, 3, 5, 2, 3}, graph.input("mask", DType::f32, {3, 5}),
                                                     true, 0.0);
}
std::vector<Value> scaled_dot_product_attention_gradient_case_dropout(Graph& graph) {
  return apply_scaled_dot_product_attention_gradient(graph, {{2}, 3, 7, 2, 3},
                                                     graph.input("mask", DType::f32, {2, 3, 1}), false, 0.4);
}

}  // namespace

const Op op::scaled_dot_product_attention_gradient = {
    .name = "scaled_dot_product_attention_gradient",
    .family = "attention",
    .summary =
        "the gradients of scaled_dot_product_attention with respect to query, key and value; the scores are computed "
        "again: with p = exp(scores - log_sum_exp), d_scores = p (dropout(cotangent value^T) - taken)",
    .operands = {"query", "key", "value", "log_sum_exp", "taken", "cotangent", "mask_and_step..."},
    .results = {"d_query", "d_key", "d_value"},
    .attributes = attention_attributes(),
    .infer = infer_scaled_dot_product_attention_gradient,
    .decompose = decompose_scaled_dot_product_attention_gradient,
    .flops = flops_of_scaled_dot_product_attention_gradient,
    .cases = {{.name = "heads", .build = scaled_dot_product_attention_gradient_case_heads},
              {.name = "causal", .build = scaled_dot_product_attention_gradient_case_causal},
              {.name = "boolean_mask", .build = scaled_dot_product_attention_gradient_case_boolean_mask},
              {.name = "added_mask", .build = scaled_dot_product_attention_gradient_case_added_mask},
              {.name = "dropout", .build = scaled_dot_product_attention_gradient_case_dropout}},
};

ScaledDotProductGradient scaled_dot_product_attention_gradient(Values operands, const Attributes& attributes) {
  const std::vector<Value> results = apply_all(op::scaled_dot_product_attention_gradient, operands, attributes);
  return {results[0], results[1], results[2]};
}

}  // namespace weft

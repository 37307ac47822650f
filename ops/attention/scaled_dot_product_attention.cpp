#include <cmath>
#include <limits>

#include "ops/attention/attention_form.h"
#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

AttentionForm form_of_scaled_dot_product_attention(std::span<const TensorType> operands, const Attributes& attributes) {
  return {operands, attributes, AttentionForm::fixed_forward};
}

std::vector<TensorType> infer_scaled_dot_product_attention(std::span<const TensorType> operands,
                                                           const Attributes& attributes) {
  const AttentionForm form = form_of_scaled_dot_product_attention(operands, attributes);
  const Shape& query = operands[0].shape;
  return {{operands[0].dtype, query.with(query.rank() - 1, form.value_units)}, {operands[0].dtype, form.of_queries()}};
}

// With p the weights, q = dropout(p), and c the cotangents of y and of the logarithms l of the sums:
//   d_q = d_y value^T, d_p = dropout(d_q), d_scores = p (d_p - sum over keys of p d_p + d_l),
// where the sum is that of y d_y over the units, which needs no score.
std::vector<Value> gradient_of_scaled_dot_product_attention(const GradientContext& context) {
  const Value d_y = context.cotangent_or_zeros(0);
  Value taken = reduce_sum(context.result(0) * d_y, {-1});
  if (context.cotangent(1)) taken = taken - context.cotangent(1);
  std::vector<Value> operands{
      context.operand(0), context.operand(1), context.operand(2), context.result(1), taken, d_y};
  for (std::size_t i = AttentionForm::fixed_forward; i < context.operand_count(); ++i)
    operands.push_back(context.operand(i));
  std::vector<Value> gradients(context.operand_count());
  if (context.needs(0) || context.needs(1) || context.needs(2)) {
    const ScaledDotProductGradient fused = scaled_dot_product_attention_gradient(operands, context.attributes());
    gradients[0] = fused.query;
    gradients[1] = fused.key;
    gradients[2] = fused.value;
  }
  const AttentionForm form(types_of(operands), context.attributes(), AttentionForm::fixed_backward);
  if (form.mask && context.needs(AttentionForm::fixed_forward) && is_float(operands[*form.mask].dtype()))
    gradients[AttentionForm::fixed_forward] =
        sum_to(attention_gradient_parts(form, operands, context.attributes()).scores, operands[*form.mask].shape());
  return gradients;
}

std::vector<Value> decompose_scaled_dot_product_attention(std::span<const Value> operands,
                                                          const Attributes& attributes) {
  const AttentionForm form = form_of_scaled_dot_product_attention(types_of(operands), attributes);
  auto [scores, within] = attention_scores(form, operands);
  if (within) scores = masked_scores(scores, within);
  Value weights = softmax(scores);
  Value log_sum = logsumexp(scores, {-1});
  // A query that attends to nothing; where it is causal alone, each attends to key 0.
  if (form.mask) {
    weights = select(within, weights, constant_like(weights, 0.0));
    log_sum =
        select(reduce_any(within, {-1}), log_sum, constant_like(log_sum, -std::numeric_limits<double>::infinity()));
  }
  if (form.step) weights = attention_dropout(weights, operands[*form.step], attributes);
  const Value y = matmul(weights, matrices(operands[2], form.batch));
  const Shape& query = operands[0].shape();
  return {reshape(y, query.with(query.rank() - 1, form.value_units)), reshape(log_sum, form.of_queries())};
}

// A score: its part of two products, and some 8 for the exponential and the sums.
double flops_of_scaled_dot_product_attention(std::span<const TensorType> operands, std::span<const TensorType>,
                                             const Attributes& attributes) {
  const AttentionForm form = form_of_scaled_dot_product_attention(operands, attributes);
  return form.score_count() * static_cast<double>(2 * (form.units + form.value_units) + 8);
}

std::vector<Value> attend_to(Value query, Value key, Value value, const ScaledDotProductOptions& options) {
  for (const Value& operand : {query, key, value})
    require(static_cast<bool>(operand), "scaled_dot_product_attention: an operand is a null value");
  const DropoutOptions& dropout = options.dropout;
  const bool drops = dropout.rate > 0.0;
  require(!drops || options.step,
          "scaled_dot_product_attention: a dropout of rate {} needs a step, such as a state that counts the runs",
          dropout.rate);
  std::vector<Value> operands{query, key, value};
  if (options.mask) operands.push_back(options.mask);
  if (drops) operands.push_back(options.step);
  std::string stream;
  if (drops) stream = dropout.stream.empty() ? query.graph().unique_name("dropout") : std::string(dropout.stream);
  const double units = query.shape().rank() > 0 ? static_cast<double>(query.shape()[-1]) : 1.0;
  return apply_all(op::scaled_dot_product_attention, operands,
                   {{"scale", options.scale.value_or(1.0 / std::sqrt(units))},
                    {"causal", options.causal},
                    {"rate", dropout.rate},
                    {"seed", drops ? static_cast<std::int64_t>(dropout.seed) : std::int64_t{0}},
                    {"stream", stream}});
}

struct Operands {
  Value query;
  Value key;
  Value value;
};

Operands operands_of(Graph& graph, const Shape& leading, std::int64_t queries, std::int64_t keys, std::int64_t units,
                     std::int64_t value_units) {
  const auto input = [&](std::string_view name, std::int64_t rows, std::int64_t columns) {
    const std::size_t rank = leading.rank();
    return graph.input(name, DType::f32, leading.inserted(rank, rows).inserted(rank + 1, columns));
  };
  return {input("query", queries, units), input("key", keys, units), input("value", keys, value_units)};
}

std::vector<Value> scaled_dot_product_attention_case_heads(Graph& graph) {
  const auto [query, key, value] = operands_of(graph, {2, 3}, 5, 7, 3, 2);
  return attend_to(query, key, value, {});
}
std::vector<Value> scaled_dot_product_attention_case_causal(Graph& graph) {
  const auto [query, key, value] = operands_of(graph, {3}, 5, 5, 2, 3);
  return attend_to(query, key, value, {.causal = true, .scale = 0.3});
}
std::vector<Value> scaled_dot_product_attention_case_causal_fewer_keys(Graph& graph) {
  const auto [query, key, value] = operands_of(graph, {}, 7, 3, 2, 2);
  return attend_to(query, key, value, {.causal = true, .scale = -1.0});
}
// Of row 1, the second query attends to nothing: the logarithm of its sum is -inf, and not looked at.
std::vector<Value> scaled_dot_product_attention_case_boolean_mask(Graph& graph) {
  const auto [query, key, value] = operands_of(graph, {2}, 2, 3, 3, 3);
  const Value mask = graph.constant(Tensor::of<std::uint8_t>({2, 2, 3}, {1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0}));
  return {attend_to(query, key, value, {.mask = mask})[0]};
}
std::vector<Value> scaled_dot_product_attention_case_mask_of_keys(Graph& graph) {
  const auto [query, key, value] = operands_of(graph, {2, 2}, 3, 3, 2, 2);
  const Value mask = graph.constant(Tensor::of<std::uint8_t>({2, 1, 1, 3}, {1, 1, 0, 1, 0, 1}));
  return attend_to(query, key, value, {.mask = mask, .causal = true});
}
std::vector<Value> scaled_dot_product_attention_case_mask_of_queries(Graph& graph) {
  const auto [query, key, value] = operands_of(graph, {2}, 2, 3, 2, 2);
  return {attend_to(query, key, value, {.mask = graph.constant(Tensor::of<std::uint8_t>({2, 1}, {1, 0}))})[0]};
}
std::vector<Value> scaled_dot_product_attention_case_added_mask(Graph& graph) {
  const auto [query, key, value] = operands_of(graph, {2, 2}, 3, 5, 2, 3);
  return attend_to(query, key, value, {.mask = graph.input("mask", DType::f32, {2, 3, 5})});
}
std::vector<Value> scaled_dot_product_attention_case_added_infinity(Graph& graph) {
  constexpr float none = -std::numeric_limits<float>::infinity();
  const auto [query, key, value] = operands_of(graph, {2}, 2, 3, 2, 2);
  return {attend_to(query, key, value,
                    {.mask = graph.constant(Tensor::of<float>({2, 3}, {0, none, 1, none, none, none}))})[0]};
}
std::vector<Value> scaled_dot_product_attention_case_dropout(Graph& graph) {
  const auto [query, key, value] = operands_of(graph, {2}, 3, 7, 2, 3);
  return attend_to(query, key, value,
                   {.mask = graph.input("mask", DType::f32, {7}),
                    .dropout = {.rate = 0.4, .seed = 3, .stream = "case"},
                    .step = graph.constant(5.0, DType::i32)});
}

}  // namespace

const Op op::scaled_dot_product_attention = {
    .name = "scaled_dot_product_attention",
    .family = "attention",
    .summary =
        "y = softmax over the keys of (scale query key^T + mask), times value (Vaswani et al., arXiv:1706.03762), and "
        "the logarithm of each query's sum of exponentials; the scores are never stored whole (Dao et al., "
        "arXiv:2205.14135)",
    .operands = {"query", "key", "value", "mask_and_step..."},
    .results = {"y", "log_sum_exp"},
    .attributes = attention_attributes(),
    .infer = infer_scaled_dot_product_attention,
    .gradient = gradient_of_scaled_dot_product_attention,
    .decompose = decompose_scaled_dot_product_attention,
    .flops = flops_of_scaled_dot_product_attention,
    .cases = {{.name = "heads", .build = scaled_dot_product_attention_case_heads},
              {.name = "causal", .build = scaled_dot_product_attention_case_causal},
              {.name = "causal_fewer_keys", .build = scaled_dot_product_attention_case_causal_fewer_keys},
              {.name = "boolean_mask", .build = scaled_dot_product_attention_case_boolean_mask},
              {.name = "mask_of_keys", .build = scaled_dot_product_attention_case_mask_of_keys},
              {.name = "mask_of_queries", .build = scaled_dot_product_attention_case_mask_of_queries},
              {.name = "added_mask", .build = scaled_dot_product_attention_case_added_mask},
              {.name = "added_infinity", .build = scaled_dot_product_attention_case_added_infinity},
              {.name = "dropout", .build = scaled_dot_product_attention_case_dropout}},
};

Value scaled_dot_product_attention(Value query, Value key, Value value, const ScaledDotProductOptions& options) {
  return attend_to(query, key, value, options)[0];
}

}  // namespace weft

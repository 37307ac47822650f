#include "ops/attention/attention_form.h"

#include <cmath>
#include <limits>

#include "ops/helpers.h"
#include "ops/ops.h"

namespace weft {
namespace {

Shape scores_of(std::span<const TensorType> operands, std::size_t fixed) {
  require(operands.size() >= fixed, "{} operands are given, at least {} needed", operands.size(), fixed);
  const TensorType& query = operands[0];
  const TensorType& key = operands[1];
  const TensorType& value = operands[2];
  require_float(query, "query");
  require_same_dtype(query, key);
  require_same_dtype(query, value);
  const std::size_t rank = query.shape.rank();
  const auto leading = [rank](const TensorType& type) { return type.shape.without(rank - 1).without(rank - 2); };
  require(
      rank >= 2 && key.shape.rank() == rank && value.shape.rank() == rank && leading(query) == leading(key) &&
          leading(query) == leading(value) && query.shape[-1] == key.shape[-1] && key.shape[-2] == value.shape[-2],
      "query [..., queries, units], key [..., keys, units] and value [..., keys, value units] are needed: query {}, "
      "key {}, value {}",
      query, key, value);
  return query.shape.with(rank - 1, key.shape[-2]);
}

}  // namespace

std::vector<std::string_view> attention_attributes() {
  return {"scale: what the products of query and key are multiplied by",
          "causal: whether query t attends to the keys up to t alone",
          "rate: the share of the weights that becomes 0, in [0, 1); above 0, the last operand is the step",
          "seed: of the dropout's draws", "stream: names the draws; the same name, the same draws"};
}

AttentionForm::AttentionForm(std::span<const TensorType> operands, const Attributes& attributes, std::size_t fixed)
    : scores(scores_of(operands, fixed)),
      batch(scores.volume_between(0, scores.rank() - 2)),
      queries(scores[-2]),
      keys(scores[-1]),
      units(operands[0].shape[-1]),
      value_units(operands[2].shape[-1]),
      scale(attributes.get<double>("scale")),
      causal(attributes.get<bool>("causal")),
      rate(attributes.get<double>("rate")) {
  attributes.get<std::int64_t>("seed");
  attributes.get<std::string>("stream");
  require(std::isfinite(scale), "the scale is {}: a finite number is needed", scale);
  require(rate >= 0.0 && rate < 1.0, "the rate is {}: a number in [0, 1) is needed", rate);
  std::size_t last = operands.size();
  if (rate > 0.0) {
    require(last > fixed, "for a dropout of rate {} the last operand must be its step, i32[]: there is none", rate);
    step = --last;
    require(operands[*step] == TensorType{DType::i32, Shape{}}, "the step is {}: i32[] is needed", operands[*step]);
  }
  require(last <= fixed + 1, "{} operands are given, at most {} needed", operands.size(),
          fixed + (step ? std::size_t{2} : std::size_t{1}));
  if (last == fixed) return;
  mask = fixed;
  const TensorType& type = operands[*mask];
  require((type.dtype == DType::boolean || type.dtype == operands[0].dtype) && broadcasts_to(type.shape, scores),
          "the mask is {}: bool or {} is needed, of a shape that broadcasts to that of the scores, {}", type,
          to_string(operands[0].dtype), scores);
}

std::vector<TensorType> types_of(std::span<const Value> values) {
  std::vector<TensorType> types;
  for (const Value& value : values) types.push_back(value.type());
  return types;
}

Value matrices(Value x, std::int64_t batch) { return reshape(x, {batch, x.shape()[-2], x.shape()[-1]}); }

Value attention_dropout(Value x, Value step, const Attributes& attributes) {
  return dropout(x, step,
                 {.rate = attributes.get<double>("rate"),
                  .seed = static_cast<std::uint64_t>(attributes.get<std::int64_t>("seed")),
                  .stream = attributes.get<std::string>("stream")});
}

AttentionScores attention_scores(const AttentionForm& form, std::span<const Value> operands) {
  const Value query = matrices(operands[0], form.batch);
  Value scores = matmul(query, matrices(operands[1], form.batch), false, true) * form.scale;
  Value within;
  if (form.mask) {
    const Value mask = matrices(broadcast(operands[*form.mask], form.scores), form.batch);
    if (mask.dtype() == DType::boolean) {
      within = mask;
    } else {
      scores = scores + mask;
      within = not_equal(mask, constant_like(mask, -std::numeric_limits<double>::infinity()));
    }
  }
  if (form.causal) {
    const Value past = less_equal(iota(query.graph(), form.keys), reshape(iota(query.graph(), form.queries), {-1, 1}));
    within = within ? logical_and(within, past) : broadcast(past, scores.shape());
  }
  return {scores, within};
}

AttentionGradientParts attention_gradient_parts(const AttentionForm& form, std::span<const Value> operands,
                                                const Attributes& attributes) {
  const auto as_column = [&](Value x) { return reshape(x, {form.batch, form.queries, 1}); };
  const auto [scores, within] = attention_scores(form, operands);
  const Value exponents = scores - as_column(operands[3]);
  const Value weights = exp(within ? masked_scores(exponents, within) : exponents);
  const Value d_y = matrices(operands[5], form.batch);
  Value d_weights = matmul(d_y, matrices(operands[2], form.batch), false, true);
  Value kept = weights;
  if (form.step) {
    d_weights = attention_dropout(d_weights, operands[*form.step], attributes);
    kept = attention_dropout(weights, operands[*form.step], attributes);
  }
  const Value d_scores = weights * (d_weights - as_column(operands[4]));
  const Value d_query = matmul(d_scores, matrices(operands[1], form.batch)) * form.scale;
  const Value d_key = matmul(d_scores, matrices(operands[0], form.batch), true) * form.scale;
  return {reshape(d_scores, form.scores), reshape(d_query, operands[0].shape()), reshape(d_key, operands[1].shape()),
          reshape(matmul(kept, d_y, true), operands[2].shape())};
}

}  // namespace weft

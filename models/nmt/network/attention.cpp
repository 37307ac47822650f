#include "models/nmt/network/attention.h"

#include <algorithm>
#include <cmath>

#include "graph/base/error.h"
#include "models/nmt/network/steps.h"

namespace weft::nmt {
namespace {

bool has_keys(AttentionKind attention) {
  return attention == AttentionKind::additive || attention == AttentionKind::hard ||
         attention == AttentionKind::general;
}

/// The values times a kernel [value units, units].
Value projected(Value values, Value kernel) {
  const Shape& shape = values.shape();
  const Value rows = matmul(reshape(values, {shape[0] * shape[1], shape[2]}), kernel);
  return reshape(rows, {shape[0], shape[1], kernel.shape()[1]}).named("keys");
}

/// The first `count` steps of [rows, time, ...].
Value first_steps(Value x, std::int64_t count) { return count < x.shape()[1] ? slice(x, 1, 0, count) : x; }

Look soft(const Attention& attention) { return {attention.context, attention.weights, {}, {}}; }

/// score_t = query . key_t / sqrt(units).
Look look_by_product(Value query, const SourceMemory& memory, Value keys) {
  const std::int64_t rows = keys.shape()[0];
  const std::int64_t time = keys.shape()[1];
  const std::int64_t units = keys.shape()[2];
  const Value scaled = query * (1.0 / std::sqrt(static_cast<double>(units)));
  const Value products = matmul(reshape(scaled, {rows, 1, units}), keys, false, true);
  return soft(attend_by_scores(reshape(products, {rows, time}), memory.values, sequence_mask(memory.lengths, time)));
}

/// Scores that depend on the query alone, one for each of the positions that have weights; what comes after those is
/// not attended to.
Look look_by_location(Value query, const SourceMemory& memory, Value kernel) {
  const std::int64_t time = memory.values.shape()[1];
  const std::int64_t known = std::min(time, kernel.shape()[0]);
  const Value scores = matmul(query, slice(kernel, 0, 0, known), false, true);
  const Attention attention =
      attend_by_scores(scores, first_steps(memory.values, known), sequence_mask(memory.lengths, known));
  return {attention.context, known < time ? pad(attention.weights, 1, 0, time - known) : attention.weights, {}, {}};
}

Look look_hard(Value scores, const SourceMemory& memory, const PositionChoice& choice) {
  const std::int64_t time = memory.values.shape()[1];
  const Value within = masked_scores(scores, sequence_mask(memory.lengths, time));
  const Value position = argmax(choice.noise ? within + choice.noise : within, -1);
  Graph& graph = scores.graph();
  const Value chosen =
      select(is_at(position, time), graph.constant(1.0, scores.dtype()), graph.constant(0.0, scores.dtype()));
  const Value log_probabilities = log_softmax(within);
  const Value probabilities = exp(log_probabilities);
  const Value weights =
      choice.expected ? select(reshape(choice.expected, {scores.shape()[0], 1}), probabilities, chosen) : chosen;
  return {.context = weighted_mean(weights, memory.values),
          .weights = weights,
          .log_probability = reduce_sum(chosen * log_probabilities, {1}),
          .entropy = -reduce_sum(probabilities * log_probabilities, {1})};
}

}  // namespace

SourceMemory memory_of(const Encoded& encoded, const ModelConfig& config, Value lengths) {
  SourceMemory memory;
  (config.attention == AttentionKind::none ? memory.context : memory.values) =
      config.attention == AttentionKind::none ? encoded.summary : encoded.values;
  memory.lengths = config.variant == Variant::masked ? lengths : Value{};
  return memory;
}

Value keys_of(const SourceMemory& memory, const AttentionWeights& weights, const ModelConfig& config) {
  if (!has_keys(config.attention)) return {};
  if (config.attention == AttentionKind::general) return projected(memory.values, weights.kernel);
  return attention_keys(memory.values, weights.additive);
}

std::vector<std::pair<std::string, Value>> named_parts(const SourceMemory& memory) {
  std::vector<std::pair<std::string, Value>> parts{
      {"values", memory.values}, {"keys", memory.keys}, {"context", memory.context}};
  std::erase_if(parts, [](const auto& part) { return !part.second; });
  return parts;
}

SourceMemory declare_memory_inputs(Graph& graph, const ModelConfig& config, std::int64_t rows,
                                   std::int64_t source_length) {
  const auto input = [&](std::string_view name, const Shape& shape) { return graph.input(name, DType::f32, shape); };
  SourceMemory memory;
  if (config.attention == AttentionKind::none) {
    memory.context = input("context", {rows, value_units(config)});
  } else {
    memory.values = input("values", {rows, source_length, value_units(config)});
    if (has_keys(config.attention)) memory.keys = input("keys", {rows, source_length, config.units});
  }
  const Value lengths = graph.input("source_lengths", DType::i32, {rows});
  if (config.variant == Variant::masked) memory.lengths = lengths;
  return memory;
}

Look look_at_source(Value query, const SourceMemory& memory, const AttentionWeights& weights, const ModelConfig& config,
                    const PositionChoice& choice) {
  const AdditiveAttentionWeights& additive = weights.additive;
  switch (config.attention) {
    case AttentionKind::additive:
      return soft(memory.keys ? attend(query, memory.values, memory.keys, additive, memory.lengths)
                              : additive_attention(query, memory.values, additive, memory.lengths));
    case AttentionKind::dot:
      return look_by_product(query, memory, memory.values);
    case AttentionKind::general:
      return look_by_product(query, memory, memory.keys ? memory.keys : keys_of(memory, weights, config));
    case AttentionKind::location:
      return look_by_location(query, memory, weights.kernel);
    case AttentionKind::hard: {
      const Value compared = dense(query, additive.w1, additive.b1).named("query");
      const Value keys = memory.keys ? memory.keys : keys_of(memory, weights, config);
      return look_hard(additive_scores(compared, keys, additive.v, additive.bv), memory, choice);
    }
    case AttentionKind::none:
      return {memory.context, {}, {}, {}};
  }
  throw InternalError("an attention without a kind");
}

}  // namespace weft::nmt

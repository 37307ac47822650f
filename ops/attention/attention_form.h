#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace weft {

/// What operands and attributes of scaled_dot_product_attention and of its gradient say. Their first three operands are
/// query, key and value, their last ones the mask and the dropout's step, where there are such.
struct AttentionForm {
  /// `fixed`: how many operands there are without mask and step. Throws Error, with both sides, where they do not fit.
  AttentionForm(std::span<const TensorType> operands, const Attributes& attributes, std::size_t fixed);

  Shape scores;  ///< [..., queries, keys]
  std::int64_t batch;
  std::int64_t queries;
  std::int64_t keys;
  std::int64_t units;
  std::int64_t value_units;
  double scale;
  bool causal;
  double rate;  ///< of the dropout
  std::optional<std::size_t> mask = std::nullopt;
  std::optional<std::size_t> step = std::nullopt;

  static constexpr std::size_t fixed_forward = 3;
  static constexpr std::size_t fixed_backward = 6;

  /// [..., queries]: one number a query.
  Shape of_queries() const { return scores.without(scores.rank() - 1); }
  /// The share of the scores that a mask of its own kind leaves, of a product for each: for costs.
  double score_count() const { return (causal ? 0.5 : 1.0) * static_cast<double>(scores.volume()); }
};

/// Their attributes, each with its meaning.
std::vector<std::string_view> attention_attributes();

/// The scores, in primitive ops, as [batch, queries, keys].
struct AttentionScores {
  Value scores;
  Value within;  ///< bool: where a query attends to a key; null: everywhere
};
AttentionScores attention_scores(const AttentionForm& form, std::span<const Value> operands);

/// The gradients of scaled_dot_product_attention in primitive ops; `operands` as its fused gradient has them.
struct AttentionGradientParts {
  Value scores;  ///< [..., queries, keys]
  Value query;
  Value key;
  Value value;
};
AttentionGradientParts attention_gradient_parts(const AttentionForm& form, std::span<const Value> operands,
                                                const Attributes& attributes);

/// The types of values.
std::vector<TensorType> types_of(std::span<const Value> values);
/// [..., m, n] as [batch, m, n].
Value matrices(Value x, std::int64_t batch);
/// Dropout with the draws that the attributes name.
Value attention_dropout(Value x, Value step, const Attributes& attributes);

}  // namespace weft

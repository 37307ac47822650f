#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "graph/graph.h"
#include "passes/handwritten/causal_mask.h"

namespace weft {

// Attention written by hand, read from its end:
//
//   scores  = matmul(query, key) {transpose_b}        (any product of two matrices is one with a transposed key)
//   scaled  = mul(scores, number)                     (or div; before or behind masks)
//   masked  = select(within, scaled, -inf)            (or a very low number; or add(scaled, mask); several of them)
//   weights = softmax(masked)                         (along the last axis; by hand, too)
//   dropped = dropout(weights, step)
//   y       = matmul(dropped, value)
//
// Batches may be counted otherwise (reshape) between the two products. Everything but y is read within alone.

/// An operand of the fused op, from one of a product.
struct AttentionMatrices {
  ValueId value;
  bool transposed = false;  ///< its matrices are those of `value`, transposed
};

/// A mask of bool.
struct AttentionMask {
  MaskForm within;
  double outside = 0.0;  ///< what takes the place of scores, or is added to them, where the mask is false
  bool adds = false;
  bool causal = false;
};

struct AttentionByHand {
  ValueId y;
  NodeId softmax;
  AttentionMatrices query;
  AttentionMatrices key;
  AttentionMatrices value;
  Shape product_batch;  ///< of the first product
  Shape weights_batch;  ///< of the second
  Shape batch;          ///< where masks are applied
  std::int64_t queries = 0;
  std::int64_t keys = 0;
  double scale = 1.0;
  bool causal = false;
  std::vector<AttentionMask> masks;
  std::optional<ValueId> added;  ///< a mask of numbers
  std::optional<NodeId> dropout;
};

/// The attention whose result that node makes, if the op brings something.
std::optional<AttentionByHand> attention_by_hand(const Graph& graph, NodeId last, std::span<const std::uint32_t> uses);

/// Appends scaled_dot_product_attention, and what brings the operands into its form.
Value attention_of(Graph& graph, const AttentionByHand& attention);

}  // namespace weft

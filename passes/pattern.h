#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"
#include "passes/memory/view.h"

namespace weft {

// What the rewriting passes ask of a graph, and how they replace what they found.

/// Whether a node is a matmul of two matrices, without batches.
bool is_matrix_product(const Graph& graph, const Node& node);

/// Collects replacements while a pass walks the graph, so that one sweep at the end applies them all.
class Rewriter {
 public:
  explicit Rewriter(Graph& graph) : graph_(graph) {}

  /// Brings a node's operands up to date with the replacements so far.
  void refresh(NodeId node);
  void replace(ValueId old_value, ValueId new_value);
  /// These values stand for the node's results; the node goes.
  void replace(NodeId node, std::span<const Value> results);
  ValueId current(ValueId value) const;
  /// The value as a piece of another one, seen through the replacements so far.
  Piece piece_of(ValueId value) const;
  /// Applies all replacements, and erases the nodes that were replaced whole. Returns whether there were any.
  bool finish();

 private:
  Graph& graph_;
  std::unordered_map<ValueId, ValueId> replacements_;
  std::vector<NodeId> replaced_;
};

/// The leaves of a tree of add nodes, left to right, where every inner node is used once.
struct SumTree {
  ValueId root;
  std::vector<ValueId> terms;
};
/// All maximal trees of at least two terms, in topological order.
std::vector<SumTree> sum_trees(const Graph& graph);

/// The sum of the terms, as a chain from left to right.
Value sum_of(Graph& graph, const std::vector<ValueId>& terms);

}  // namespace weft

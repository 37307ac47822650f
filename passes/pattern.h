#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"

namespace weft {

// What the rewriting passes ask of a graph, and how they replace what they found.

/// The number that every element of a value has, when it is a constant of equal elements or a broadcast (or reshape,
/// transpose, slice) of one.
std::optional<double> splat(const Graph& graph, ValueId value);

/// A run of consecutive elements, row-major, of another value.
struct Piece {
  ValueId source;
  std::int64_t offset = 0;
};
/// Looks through reshapes, and through slices along the leading axis: what memory the value is a view of. A value that
/// is no view is a piece of itself.
Piece piece_of(const Graph& graph, ValueId value);

/// Whether slicing or concatenating `shape` along the axis moves whole runs of memory: all axes before it have
/// extent 1.
bool is_leading_axis(const Shape& shape, std::size_t axis);

/// Collects replacements while a pass walks the graph, so that one sweep at the end applies them all.
class Rewriter {
 public:
  explicit Rewriter(Graph& graph) : graph_(graph) {}

  /// Brings a node's operands up to date with the replacements so far.
  void refresh(NodeId node);
  void replace(ValueId old_value, ValueId new_value);
  ValueId current(ValueId value) const;
  /// The value as a piece of another one, seen through the replacements so far.
  Piece piece_of(ValueId value) const;
  /// Applies all replacements. Returns whether there were any.
  bool finish();

 private:
  Graph& graph_;
  std::unordered_map<ValueId, ValueId> replacements_;
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

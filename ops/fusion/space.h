#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "graph/graph.h"

// What the body of a fusion may be, so that one kernel runs it piece by piece: what the op's inference demands, what the
// pass that makes fusions looks for, and what the kernel relies on.
//
// At its ends a body may read slices of operands and write concats of results; between them every value is a full one, of the one largest shape, or a row value: one
// number for each row, where the last axes make up a row. A body in which nothing is reduced or repeated along rows has
// full values only. Of full values a body may drop elements, by draws that go by an element's place in the whole value and
// by a step that lies in memory.

namespace weft {

/// Whether a body may hold the op, which computes an element of its result from the elements at that place of its operands,
/// broadcast.
bool is_pointwise(const Op& op);
/// Whether the op makes one number of each row of its operand, as a sum does.
bool is_row_reduction(const Op& op);
/// Whether the op makes a row of each row of its operand, as a softmax does.
bool is_row_function(const Op& op);
/// Whether the op stands at an end of a body: it slices an operand, or concatenates full values to a result.
bool is_at_end(const Op& op);
/// Whether a body may hold the op.
bool is_fusible(const Op& op);

/// The shapes of a body's values.
struct FusionSpace {
  Shape full;
  std::size_t row_axes = 0;  ///< how many of the last axes make up a row; 0 when there are full values only

  /// Elements of a row; 1 when there are full values only.
  std::int64_t row_volume() const { return full.volume_between(full.rank() - row_axes, full.rank()); }
  std::int64_t rows() const { return full.volume_between(0, full.rank() - row_axes); }
  bool is_full(const Shape& shape) const { return shape == full; }
  /// A row value with 1 for each axis of a row, as it must be where it meets full values.
  bool is_kept_row(const Shape& shape) const;
  /// A row value with these axes or without.
  bool is_row(const Shape& shape) const;
};

/// How many of the last axes of `full` have extent 1 in `shape`, which is else equal; none when it is no such shape.
std::optional<std::size_t> row_axes_of(const Shape& full, const Shape& shape);
/// How many of the last axes lie in one run of memory on both sides of a slice or a concat.
std::size_t run_axes_of(const Graph& graph, const Node& node);
/// How many of the last axes a row reduction or a row function works along; none when it is not along the last ones.
std::optional<std::size_t> row_axes_of(const Graph& graph, const Node& node);

/// Whether an operand that broadcasts to the result is read from memory evenly along the last `axes`: its elements lie
/// one behind the other there, or are one.
bool steps_evenly(const Shape& operand, const Shape& result, std::size_t axes);

// Bounds on bodies, so that a row of every full value stays in the caches, and that a file's cannot be of any size.
inline constexpr std::int64_t longest_fused_row = 16384;                        ///< elements
inline constexpr std::int64_t most_fused_row_bytes = std::int64_t{256} * 1024;  ///< of all full values
inline constexpr std::size_t most_fused_nodes = 256;

/// Why a node cannot stand in a body of that space: what its op, its result, or an operand is. `computes` tells of an
/// operand whether the body computes it; it is read from memory else. Empty when it can.
std::string why_not_fused(const FusionSpace& space, const Graph& graph, const Node& node,
                          const std::function<bool(ValueId)>& computes);

/// The space of a body. Throws Error that names the node which has no place in one.
FusionSpace fusion_space(const Graph& body);

}  // namespace weft

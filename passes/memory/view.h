#pragma once

#include <cstdint>
#include <functional>

#include "graph/graph.h"

namespace weft {

// Which values need no memory of their own, because they are a part of another one's.

/// Whether the node's result is a part of its operand's memory, as it is: a reshape, or a slice along the leading axis.
bool is_view(const Graph& graph, const Node& node);

/// How far a view begins behind the start of its operand, in elements.
std::int64_t view_offset(const Graph& graph, const Node& view);

/// A run of consecutive elements, row-major, of another value.
struct Piece {
  ValueId source;
  std::int64_t offset = 0;
};
/// Looks through views: what memory the value is a piece of, at last. A value that is no view is a piece of itself. `current`: what now stands for a value, while a pass replaces some.
Piece piece_of(const Graph& graph, ValueId value, const std::function<ValueId(ValueId)>& current = {});

/// Whether slicing or concatenating `shape` along the axis moves whole runs of memory: all axes before it have
/// extent 1.
bool is_leading_axis(const Shape& shape, std::int64_t axis);

}  // namespace weft

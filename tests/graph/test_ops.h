#pragma once

#include "graph/graph.h"
#include "graph/op.h"

// A few ops that stand in for the real ones, so that the graph is tested without ops/.

namespace weft::test {

extern const Op twice;    ///< x (float) -> the same type
extern const Op join;     ///< any number of values of one type -> that type
extern const Op parted;   ///< x -> two results: x's type, and i32 of its shape
extern const Op reshape;  ///< x -> x's element type under the attribute `shape`
extern const Op carry;    ///< x -> the same type; any attributes

/// Those and the leaves.
const OpTable& test_ops();

/// A graph with every kind of leaf, attribute, element type, name and use in it.
Graph graph_of_all_kinds();

}  // namespace weft::test

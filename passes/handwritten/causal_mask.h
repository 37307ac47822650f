#pragma once

#include <cstdint>

#include "graph/graph.h"

namespace weft {

/// A mask [..., queries, keys] of bool, or of numbers that are taken for true unless they are 0.
struct MaskForm {
  ValueId value;
  bool negated = false;  ///< true where the value is false
  friend bool operator==(const MaskForm&, const MaskForm&) = default;
};

/// Whether a mask is known to be true where the key's index is at most the query's, and nowhere else: a constant, or a
/// comparison of ascending numbers of the keys with numbers of the queries, as in less_equal(iota(keys), column of
/// iota(queries)). Of the latter, no element is computed.
bool is_causal(const Graph& graph, MaskForm mask, std::int64_t queries, std::int64_t keys);

}  // namespace weft

#pragma once

#include <set>
#include <vector>

#include "graph/graph.h"

namespace weft {

/// A body that computes one of another body's values alone.
struct BodyPart {
  Graph body;
  std::vector<ValueId> inputs;  ///< what its inputs are in the whole body, in their order
};

/// The part of the body that computes that value from the body's inputs and from those of its values that are given. The
/// value must be computed, and not be given itself.
BodyPart part_of_body(const Graph& body, ValueId wanted, const std::set<ValueId>& given);

}  // namespace weft

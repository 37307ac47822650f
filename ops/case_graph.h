#pragma once

#include "graph/graph.h"

namespace weft {

/// The graph of one case of an op, named "<op>/<case>"; its outputs "result0", "result1", ... are what the case
/// returns.
Graph case_graph(const Op& op, const OpCase& op_case);

}  // namespace weft

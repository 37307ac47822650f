#pragma once

#include <fmt/format.h>

#include <vector>

#include "graph/graph.h"
#include "ops/ops.h"

namespace weft::fuzz {

/// A graph of each case of each op.
inline std::vector<Graph> graphs_of_op_cases() {
  std::vector<Graph> graphs;
  for (const Op* op : all_ops().ops()) {
    for (const OpCase& op_case : op->cases) {
      Graph& graph = graphs.emplace_back(fmt::format("{}_{}", op->name, op_case.name));
      int count = 0;
      for (const Value result : op_case.build(graph)) graph.output(fmt::format("y{}", count++), result);
    }
  }
  return graphs;
}

}  // namespace weft::fuzz

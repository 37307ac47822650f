#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/runtime/backend.h"
#include "graph/graph.h"
#include "passes/pass.h"
#include "tools/inspect/tensor_draws.h"

namespace weft::inspect {

/// A node as it was from one stage to another. Stage 0 is the graph as declared, stage k what the k-th pass made of
/// it. A node that a pass gives other operands has one version before it and one after.
struct NodeVersion {
  NodeId node;
  const Op* op = nullptr;
  std::string scope;
  std::string line;  ///< in the text form, cut where a constant makes it long
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

/// The graph at one stage, in numbers.
struct StageCost {
  std::size_t nodes = 0;     ///< that compute: all but the leaves
  std::size_t products = 0;  ///< of them: matrix products and embeddings
  std::size_t kernels = 0;   ///< of them: those that are no views
  double flops = 0.0;
  std::size_t arena_bytes = 0;
  std::optional<double> median_ms = {};  ///< of a run, when runs were asked for
};

/// How many nodes a pass took away, made, and gave other operands or another name; leaves included.
struct StageChange {
  std::size_t removed = 0;
  std::size_t added = 0;
  std::size_t changed = 0;
};

struct Stage {
  const Pass* pass = nullptr;  ///< null for the graph as declared
  bool changed = false;
  double seconds = 0.0;  ///< that the pass took
  StageCost cost = {};
  StageChange change = {};
  std::vector<std::string> reasons = {};  ///< why the pass left things as they were, as far as it says so
};

/// Everything that passes did to a graph.
struct PassHistory {
  std::string graph;
  std::vector<Stage> stages;
  std::vector<NodeVersion> versions;  ///< by stage of their first appearance, in the order of the graph
};

struct PassHistoryOptions {
  int runs = 0;  ///< how many runs of every stage are timed, for the median; 0: none
  DrawRange range;
  int processes = 1;  ///< that train together
};

/// Runs the passes on the graph as compiling for that backend does, and records every stage. Throws Error when a stage
/// that is to be timed cannot be run.
PassHistory record_passes(Graph graph, const Backend& backend, const std::vector<const Pass*>& passes,
                          const PassHistoryOptions& options);

}  // namespace weft::inspect

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace weft::inspect {

/// Leaves of one kind, taken together.
struct LeafInfo {
  std::size_t count = 0;
  double elements = 0.0;
  double bytes = 0.0;
};

/// What some of a graph's nodes cost in one run.
struct CostInfo {
  std::size_t nodes = 0;
  LeafInfo parameters = {};
  LeafInfo states = {};
  double flops = 0.0;
  double bytes = 0.0;       ///< operands and results of every node: the traffic without any cache
  double peak_bytes = 0.0;  ///< of the values that live when most bytes are live
};

struct OpInfo {
  std::string_view op;
  CostInfo cost;
};

/// A scope with all that lies below it; scopes that repeat with another number are taken together.
struct ScopeInfo {
  std::string scope;       ///< "encoder/step*"
  std::size_t depth = 1;   ///< of its parts
  std::size_t copies = 1;  ///< how many scopes these are: 19
  CostInfo cost;
};

/// The memory for values between leaves and outputs, the kernels' scratch aside.
struct ArenaInfo {
  std::size_t bytes = 0;
  std::size_t lower_bound_bytes = 0;  ///< live at once
  std::size_t naive_bytes = 0;        ///< with a place for each
  std::string peak;                   ///< the node that runs when most bytes are live; empty when nothing runs
};

struct GraphInfo {
  CostInfo all;
  std::vector<OpInfo> ops;        ///< the dearest first, equal ones by name
  std::vector<ScopeInfo> scopes;  ///< each before those below it, otherwise in the order of the graph
  ArenaInfo arena;
};

/// Linear in the graph, but for the memory plan.
GraphInfo info_of(const Graph& graph);

}  // namespace weft::inspect

#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace weft::tool {

/// A forward computation, and what it is differentiated with respect to.
struct ForwardGraph {
  Graph graph;
  Value loss;
  std::vector<Value> parameters;
};

/// A family of graphs of any length, with units so few that what compiling them takes depends on their nodes alone.
struct ScalingFamily {
  std::string_view name;
  std::string_view summary;
  /// Declares the member of that length, at least 1: its nodes grow in proportion to it.
  ForwardGraph (*declare)(std::int64_t length);
};

/// The shapes that graphs of many nodes have: long chains, many branches, many steps.
std::vector<ScalingFamily> scaling_families();

/// Appends gradients and a step of gradient descent, as a user does who trains.
void differentiate(ForwardGraph& forward);

/// The length at which the differentiated graph has about that many nodes.
std::int64_t length_for(const ScalingFamily& family, std::int64_t nodes);

}  // namespace weft::tool

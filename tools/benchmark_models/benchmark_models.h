#pragma once

#include <span>
#include <string_view>

#include "graph/graph.h"

namespace weft::tool {

/// A training step of a model that is not the translator: forward, backward, clipping, Adam. Its only output is "loss".
/// Floating-point inputs may be anything, integers from 0 to 3.
struct BenchmarkModel {
  std::string_view name;
  std::string_view summary;  ///< sizes, batch
  void (*declare)(Graph& graph);
};

/// All of them, the smaller ones of a kind first.
std::span<const BenchmarkModel> benchmark_models();

/// The training step of that name. Throws Error, with the names that there are, when there is none.
Graph benchmark_graph(std::string_view name);

}  // namespace weft::tool

#pragma once

#include <cstdint>
#include <string_view>

#include "graph/graph.h"

namespace weft::layers {

/// Dropout in a graph that trains, for as many layers as there are. Without a graph, as where nothing is trained, each
/// value is returned as it was given.
///
///     const layers::Dropout dropout = training ? layers::Dropout(graph) : layers::Dropout();
///     x = dropout(layers::dense(x, 64, "hidden"), 0.2);
class Dropout {
 public:
  Dropout() = default;
  /// Declares the state "dropout/step", at the top of the graph, which counts the runs, so that each has draws of its
  /// own. `seed`: of all of them.
  explicit Dropout(Graph& graph, std::uint64_t seed = 1);

  /// A share `rate` of the elements becomes 0 (ops/ops.h). `stream`: what the draws are for; the same name, the same
  /// draws; without one, a name that no other dropout of the graph has.
  Value operator()(Value x, double rate, std::string_view stream = {}) const;

  /// Which run it is, i32 from 1; null without a graph.
  Value step() const { return step_; }

 private:
  std::uint64_t seed_ = 1;
  Value step_;
};

}  // namespace weft::layers

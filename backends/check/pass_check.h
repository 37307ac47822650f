#pragma once

#include <cstdint>
#include <memory>

#include "backends/runtime/backend.h"
#include "graph/graph.h"
#include "graph/tensor.h"
#include "passes/pass.h"

namespace weft {

struct PassCheckOptions {
  std::uint64_t seed = 1;
  /// How far an element may be off, as a part of the largest element of its output (or of 0.001, if that is more).
  /// Constants that a pass folds are rounded to the graph's own type, so a graph in f32 cannot agree as closely as one
  /// in f64 (see strict_tolerance), and one with values in bf16 within bf16_tolerance at best.
  double tolerance = 1e-6;
  /// The range that floating-point inputs are drawn from.
  double low = -1.0;
  double high = 1.0;
  /// The range, both ends included, that i32 inputs are drawn from; bool inputs are drawn from both.
  std::int32_t integer_low = 0;
  std::int32_t integer_high = 2;

  /// For graphs whose floats are f64.
  static constexpr double strict_tolerance = 1e-10;
  /// Where the graph has values in bf16, which are off by 2^-9 when they are rounded.
  static constexpr double bf16_tolerance = 0x1p-6;
};

/// Proof by example that passes leave what a graph computes as it is: after each, the graph is interpreted by an oracle
/// in float64, whatever its types are, and the outputs and the updated variables must be what they were before it.
/// Inputs are random; variables have their initial content, moved a little at random, so that the zeros which biases
/// and moments begin with hide nothing.
class PassCheck {
 public:
  /// Throws Error when the graph cannot be run on such inputs, or gives nothing but NaN on them. The oracle must
  /// outlive this object and its observers.
  PassCheck(const Graph& graph, const Backend& oracle, const PassCheckOptions& options = {});

  /// `graph` is what the pass has made. Throws InternalError that names the pass, the output, the element that is off
  /// furthest, and both of its values, unless it agrees with the graph before. A pass that rounds may be off as far as
  /// it says, and integers are then not compared. A graph that is the same, node by node, is not run again.
  void check(const Pass& pass, const Graph& graph);

  /// Calls `inner`, and check() after each pass. This object must outlive it.
  PassObserver observer(PassObserver inner = {});

 private:
  /// What a graph computes: outputs and variables by what a message calls them.
  TensorMap results_of(const Graph& graph);
  void draw_missing_leaves(const Graph& graph);

  const Backend& oracle_;
  PassCheckOptions options_;
  TensorMap inputs_;
  TensorMap variables_;
  std::shared_ptr<const Graph> graph_;  ///< that was run last
  TensorMap before_;                    ///< what it computes
};

}  // namespace weft

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/check/difference.h"
#include "backends/runtime/backend.h"
#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft {

/// One way to run a graph.
struct CompareSide {
  const Backend* backend = nullptr;
  /// False: as declared, node by node in float64, without passes or a memory plan: the oracle.
  bool compiled = true;
  std::vector<std::string> disabled_passes = {};  ///< of the pipeline
  std::vector<std::string> extra_passes = {};     ///< after it: "int8-weights"
  Precision precision = Precision::f32;
};

/// A value of the checked side, or an output or variable after the run, and how far it is off.
struct ComparedValue {
  enum class Kind { node, output, update };
  /// What a node was given.
  struct Operand {
    std::string name;
    enum class State { leaf, agrees, parts, unknown } state;  ///< unknown: the other side does not have it
  };

  Kind kind = Kind::node;
  std::string name = {};     ///< of the value, the output or the variable
  std::string_view op = {};  ///< of a node, as the rest is
  std::string scope = {};
  std::vector<Operand> operands = {};
  TensorType type = {};  ///< on the side that is checked
  /// Whether the other side has it; passes make values that it has not.
  bool matched = true;
  /// From the other side's value; from the reference kernel's when the other side has none.
  Difference difference = {};
  /// Of a node: from what the reference kernel makes of the very operands that the node was given.
  std::optional<Difference> alone = {};
  /// It is off, but its kernel is right and its operands agree (or are excused): the op amplifies their rounding, as
  /// Adam does for gradients that are nearly zero.
  bool excused = false;

  bool kernel_is_wrong() const { return alone && alone->off > 0; }
  bool parts() const { return kernel_is_wrong() || (difference.off > 0 && !excused); }
  /// "tanh 'y'", "output 'loss'", "updated variable 'w'".
  std::string to_string() const;
};

struct Comparison {
  /// Nodes in the order in which the checked side computes them, then outputs, then variables.
  std::vector<ComparedValue> values;

  /// How many of them both sides have.
  std::size_t matched() const;
  /// The first value that parts; nullptr when there is none.
  const ComparedValue* first() const;
  /// The values that are furthest off for their size, the worst first; not those that agree to the bit.
  std::vector<const ComparedValue*> worst(std::size_t count) const;
};

/// Runs a graph once on either side, on the same inputs and variables, and compares every value that both of them
/// compute. A value is the same on both sides when it is one of the graph's own: ids are never reused, so a node that
/// the passes have left is the node that was declared. (Coarse ops that the checked backend does not run whole are
/// taken apart for both sides, so that their parts can be compared.) The checked side is looked at while it runs, each
/// value right after its kernel, before anything else may be written there; and every kernel, those that passes made as
/// well, is compared alone with the reference backend's on the same operands. So a wrong kernel is told from what it
/// spoils, and a wrong pass by values that part though all kernels are right. `tolerance` as for difference_of().
/// Throws Error when a side cannot run.
Comparison compare_sides(const Graph& graph, const CompareSide& checked, const CompareSide& against,
                         const TensorMap& inputs, const TensorMap& variables, double tolerance);

}  // namespace weft

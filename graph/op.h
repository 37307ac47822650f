#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/attributes.h"
#include "graph/types.h"

namespace weft {

class Graph;
class Value;
struct Node;

/// What a gradient rule sees: the node, and the cotangent of each of its results.
class GradientContext {
 public:
  GradientContext(Graph& graph, const Node& node, std::span<const Value> cotangents, std::vector<bool> needed)
      : graph_(&graph), node_(&node), cotangents_(cotangents), needed_(std::move(needed)) {}

  Graph& graph() const { return *graph_; }
  const Attributes& attributes() const;
  std::size_t operand_count() const;
  Value operand(std::size_t index) const;
  Value result(std::size_t index) const;
  /// d(loss)/d(result); a null Value when the loss does not depend on that result.
  Value cotangent(std::size_t index) const;
  /// The cotangent, with zeros in place of a null one.
  Value cotangent_or_zeros(std::size_t index) const;
  /// Whether the gradient of that operand is asked for; a rule may skip the others.
  bool needs(std::size_t index) const { return needed_[index]; }

 private:
  Graph* graph_;
  const Node* node_;
  std::span<const Value> cotangents_;
  std::vector<bool> needed_;
};

/// Result types from operand types and attributes. Throws Error with both sides of a mismatch; Graph::add puts the op's
/// and the node's name before the message.
using InferFn = std::vector<TensorType>(std::span<const TensorType> operands, const Attributes& attributes);
/// One gradient an operand, built with the public builders; null Values where there is none (integers, constants).
using GradientFn = std::vector<Value>(const GradientContext& context);
/// The node's results, built from more primitive ops.
using DecomposeFn = std::vector<Value>(std::span<const Value> operands, const Attributes& attributes);
/// Floating-point operations of one evaluation.
using FlopsFn = double(std::span<const TensorType> operands, std::span<const TensorType> results,
                       const Attributes& attributes);
/// Bytes that one evaluation reads and writes.
using BytesFn = FlopsFn;

/// One case of an op: a small graph around it that drives the tests (inference, both backends, gradients,
/// decomposition), the gradient check of the command line and the speed table.
struct OpCase {
  /// "broadcast_rows": unique within its op.
  std::string_view name;
  /// Declares floating inputs in the graph (they are filled at random and differentiated against) and integer or bool
  /// constants, applies the op, and returns its results. Small odd extents.
  std::vector<Value> (*build)(Graph& graph);
  /// The range that the inputs are drawn from: within the op's domain.
  double low = -2.0;
  double high = 2.0;
};

/// One operation, defined once, in ops/FAMILY/<name>.cpp. The graph knows an op only through this record.
struct Op {
  std::string_view name;
  /// The page of docs/ it is on: "elementwise", "shape", "reduction", "matrix", "recurrent", "attention", "loss", ...
  std::string_view family;
  /// One line of documentation, with the formula.
  std::string_view summary;
  /// The operands' names, in order; the last one ends in "..." when it may repeat.
  std::vector<std::string_view> operands = {};
  std::vector<std::string_view> results = {};
  /// Attributes with their meaning: "axis: the axis that is summed over".
  std::vector<std::string_view> attributes = {};

  InferFn* infer = nullptr;
  /// nullptr when there is no rule: then either `decompose` is differentiated, or `no_gradient` says why there is none.
  GradientFn* gradient = nullptr;
  std::string_view no_gradient = {};
  /// Without a gradient on purpose: what leads through it to the loss counts as a constant, and is no error.
  bool stops_gradient = false;
  DecomposeFn* decompose = nullptr;
  FlopsFn* flops = nullptr;
  /// nullptr when they are those of all operands and results, as with most ops.
  BytesFn* bytes = nullptr;
  /// The result may be written over any operand of its type: true when a kernel reads each element of the operands no
  /// later than it writes the same element of the result.
  bool elementwise = false;
  /// Where that holds for some pairs alone: {result, operand} that may share memory, as an update's and its variable's.
  std::vector<std::pair<std::size_t, std::size_t>> in_place = {};
  /// At least one, with every attribute and every kind of shape in one of them.
  std::vector<OpCase> cases = {};
};

/// Whether the result may be written over that operand.
bool overwrites(const Op& op, std::size_t result, std::size_t operand);

/// The place of an operand by its name; none when the op has no such operand.
std::optional<std::size_t> operand_index(const Op& op, std::string_view operand);

/// All ops that text and JSON may name; ops/ has the list.
class OpTable {
 public:
  explicit OpTable(std::vector<const Op*> ops);
  /// nullptr when there is none of that name.
  const Op* find(std::string_view name) const;
  /// Throws Error, with the names that are near, when there is none of that name.
  const Op& get(std::string_view name) const;
  std::span<const Op* const> ops() const { return ops_; }

 private:
  std::vector<const Op*> ops_;
};

/// The leaves, which only Graph's own builders make: values that no kernel computes.
namespace leaf {
extern const Op input;      ///< fed each run
extern const Op parameter;  ///< trained; attributes `initializer`, `initializer_arguments`
extern const Op state;      ///< lives across runs: optimiser moments, step count; initialised like a parameter
extern const Op constant;   ///< attribute `value`: a tensor
}  // namespace leaf

}  // namespace weft

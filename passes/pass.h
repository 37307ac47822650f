#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft {

/// What numbers are rounded to: the factors of matrix products, which are added in f32 with all else in f32, or what
/// processes send each other.
enum class Precision : std::uint8_t {
  f32,
  bf16,
};
/// "f32", "bf16".
std::string_view to_string(Precision precision);

/// What a pass may know beside the graph.
struct PassContext {
  /// Whether the backend runs an op whole; ops that it does not are decomposed. Empty: it runs everything.
  std::function<bool(const Op&)> runs_whole;
  /// Evaluates a node whose operands are all constants. Empty: nothing is folded.
  std::function<std::vector<Tensor>(const Graph& graph, NodeId node)> evaluate;
  /// The most bytes that the arena may have. Empty: as many as it takes.
  std::optional<std::size_t> memory_budget = {};
  /// How many processes run the graph together.
  int processes = 1;
  /// What they round the gradients of large parameters to on their way.
  Precision communicate = Precision::f32;
  /// The scratch memory that the kernel of a node asks for. Empty: none.
  std::function<std::size_t(const Graph& graph, NodeId node)> scratch_bytes = {};
  /// Whether convolutions run faster on images whose channels come last.
  bool prefers_channels_last = true;
  /// Is told what a pass left as it was, though it may look as if it had to act, and why. Empty: nobody asks.
  std::function<void(const std::string& reason)> explain = {};
};

/// One rewriting of a graph, in one file: passes/<name>.cpp, with the algorithm and a before and after in its header.
struct Pass {
  std::string_view name;
  std::string_view summary;
  /// Returns whether anything changed.
  bool (*run)(Graph& graph, const PassContext& context);
  /// How far a result may be off after it, as a part of the largest element of its output: 0 for a pass that computes
  /// the same but for the rounding of sums in another order. Other passes run on demand alone.
  double rounding = 0.0;
};

/// Called by the pass manager before and after each pass.
struct PassObserver {
  std::function<void(const Pass& pass, const Graph& graph)> before;
  std::function<void(const Pass& pass, const Graph& graph, bool changed, double seconds)> after;
};

/// Runs passes in order, verifying the graph after each. A pass that breaks the graph is an InternalError with its
/// name.
void run_passes(Graph& graph, std::span<const Pass* const> passes, const PassContext& context,
                const PassObserver& observer = {});

/// Every pass, by name.
std::span<const Pass* const> all_passes();
/// Throws Error when there is none of that name, with the names that are near, or else with all of them.
const Pass& find_pass(std::string_view name);

}  // namespace weft

#include "backends/runtime/packed_in_arena.h"

#include <map>

#include "graph/leaf.h"
#include "passes/memory/memory_plan.h"
#include "passes/memory/view.h"

namespace weft {
namespace {

/// The node that has the content of an operand, behind views of it.
NodeId source_of(const Graph& graph, const Node& node, const PackRequest& request) {
  return graph.producer(piece_of(graph, node.operands[request.operand]).source);
}

/// What every run changes: the variables that it updates, and all that it computes or is fed.
class Changing {
 public:
  explicit Changing(const Graph& graph) : graph_(graph) {
    for (const Update& update : graph.updates()) updated_.insert(graph.producer(update.variable));
  }

  bool contains(NodeId source) const {
    const Op& op = *graph_.node(source).op;
    return &op != &leaf::constant && (!is_variable(op) || updated_.contains(source));
  }

 private:
  const Graph& graph_;
  std::set<NodeId> updated_;
};

}  // namespace

std::set<NodeId> packed_in_arena(const Graph& graph, std::span<const NodeId> schedule,
                                 std::span<const Kernel> kernels) {
  std::map<NodeId, int> wanted;  // copies of a source
  for (std::size_t i = 0; i < schedule.size(); ++i)
    for (const PackRequest& request : kernels[i].packed) ++wanted[source_of(graph, graph.node(schedule[i]), request)];
  const Changing changing(graph);
  std::set<NodeId> nodes;
  for (std::size_t i = 0; i < schedule.size(); ++i) {
    if (kernels[i].packed.size() != 1 || kernels[i].packed[0].bytes == 0) continue;
    const NodeId source = source_of(graph, graph.node(schedule[i]), kernels[i].packed[0]);
    if (wanted.at(source) == 1 && changing.contains(source)) nodes.insert(schedule[i]);
  }
  return nodes;
}

std::size_t offset_of_copy(const Kernel& kernel) {
  return (kernel.scratch_bytes + arena_alignment - 1) / arena_alignment * arena_alignment;
}

std::size_t scratch_bytes(const Kernel& kernel, bool is_lent) {
  return is_lent ? offset_of_copy(kernel) + kernel.packed[0].bytes : kernel.scratch_bytes;
}

}  // namespace weft

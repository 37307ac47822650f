// Delta debugging (Zeller and Hildebrandt, 2002) over the parts of a graph.
//
//   %a = dense(...) ... %y = log(%x) ... output "loss"
//     fewer outputs and updates:    output "loss" alone
//     an earlier value as output:   output "y" = %y
//     parts become inputs:          %x = input()
//     leaves become constants:      %x = constant of ones
//     smaller extents:              f32[64,512] -> f32[1,1]
//
// Each of these is a list of things to do away with, and all but the second go the same way: try to do without all of
// them, without halves, quarters, and so on down to single ones. The rounds go on until one changes nothing.

#include "backends/check/reduce_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_set>

#include "backends/check/subgraph.h"
#include "graph/base/checksum.h"
#include "graph/base/error.h"
#include "graph/io/text.h"
#include "graph/leaf.h"
#include "graph/order.h"

namespace weft {
namespace {

/// What must get smaller: nodes that compute, outputs and updates, leaves that are no constants, elements.
using Size = std::tuple<std::size_t, std::size_t, std::size_t, double>;

Size size_of(const Graph& graph) {
  std::size_t computing = 0;
  std::size_t leaves = 0;
  double elements = 0;
  for (const NodeId id : graph.nodes()) {
    const Node& node = graph.node(id);
    if (!is_leaf(*node.op)) ++computing;
    if (is_leaf(*node.op) && node.op != &leaf::constant) ++leaves;
    for (const ValueId value : node.results) elements += static_cast<double>(graph.type(value).shape.volume());
  }
  return {computing, graph.outputs().size() + graph.updates().size(), leaves, elements};
}

class Reducer {
 public:
  Reducer(const Graph& graph, const Interesting& interesting,
          const std::function<void(const Graph&, std::string_view)>& on_smaller)
      : graph_(graph.clone()), interesting_(interesting), on_smaller_(on_smaller), size_(size_of(graph)) {}

  Graph run() {
    for (bool smaller = true; smaller;) {
      smaller = drop_roots();
      smaller = end_earlier() || smaller;
      smaller = cut_nodes() || smaller;
      smaller = make_constants() || smaller;
      smaller = shrink_extents() || smaller;
    }
    return std::move(graph_);
  }

 private:
  /// Takes the candidate's place when it is smaller and interesting.
  bool try_part(const Subgraph& part, std::string_view how) {
    if (part.outputs.empty() && part.updates.empty()) return false;
    Graph candidate;
    try {
      candidate = extract(graph_, part);
    } catch (const Error&) {
      return false;
    }
    const Size size = size_of(candidate);
    if (size >= size_ || !is_new(candidate) || !interesting_(candidate)) return false;
    graph_ = std::move(candidate);
    size_ = size;
    if (on_smaller_) on_smaller_(graph_, how);
    return true;
  }

  bool is_new(const Graph& candidate) {
    Checksum checksum;
    checksum.add(to_text(candidate));
    return tried_.insert(checksum.value()).second;
  }

  /// Tries to do without chunks of things, from all of them down to single ones. `things` lists them anew from the
  /// graph as it then is; `without` makes the part that does without some.
  template <typename Things, typename Without>
  bool shrink(const Things& things, const Without& without, std::string_view how) {
    bool any = false;
    for (std::size_t chunk = things().size(); chunk > 0; chunk /= 2)
      for (std::size_t begin = 0;;) {
        const auto list = things();
        if (begin >= list.size()) break;
        const std::size_t end = std::min(begin + chunk, list.size());
        if (try_part(without({list.begin() + static_cast<std::ptrdiff_t>(begin),
                              list.begin() + static_cast<std::ptrdiff_t>(end)}),
                     how))
          any = true;
        else
          begin = end;
      }
    return any;
  }

  bool drop_roots() {
    const auto roots = [this] {
      std::vector<std::size_t> numbers(graph_.outputs().size() + graph_.updates().size());
      for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = i;
      return numbers;
    };
    const auto without = [this](const std::vector<std::size_t>& dropped) {
      Subgraph part;
      for (std::size_t i = 0; i < graph_.outputs().size() + graph_.updates().size(); ++i) {
        if (std::ranges::binary_search(dropped, i)) continue;
        if (i < graph_.outputs().size())
          part.outputs.push_back(graph_.outputs()[i]);
        else
          part.updates.push_back(graph_.updates()[i - graph_.outputs().size()]);
      }
      return part;
    };
    return shrink(roots, without, "fewer outputs and updates");
  }

  std::vector<NodeId> computing_nodes() const {
    std::vector<NodeId> nodes;
    for (const NodeId id : topological_order(graph_))
      if (!is_leaf(*graph_.node(id).op)) nodes.push_back(id);
    return nodes;
  }

  /// One node's results as the only outputs: half of the nodes away, then a quarter, and so on.
  bool end_earlier() {
    bool any = false;
    for (std::size_t back = computing_nodes().size() / 2; back > 0;) {
      const std::vector<NodeId> nodes = computing_nodes();
      if (back < nodes.size() && try_part(ending_with(nodes[nodes.size() - 1 - back]), "an earlier output"))
        any = true;
      else
        back /= 2;
    }
    return any;
  }

  Subgraph ending_with(NodeId id) const {
    Subgraph part;
    for (const ValueId value : graph_.node(id).results) part.outputs.push_back({graph_.value_name(value), value});
    return part;
  }

  bool cut_nodes() {
    const auto nodes = [this] { return computing_nodes(); };
    const auto without = [this](const std::vector<NodeId>& cut) {
      Subgraph part = whole(graph_);
      for (const NodeId id : cut) part.cuts.insert(graph_.node(id).results.begin(), graph_.node(id).results.end());
      return part;
    };
    return shrink(nodes, without, "inputs in place of nodes");
  }

  bool make_constants() {
    const auto leaves = [this] {
      std::vector<NodeId> leaves;
      for (const NodeId id : graph_.nodes())
        if (is_leaf(*graph_.node(id).op) && graph_.node(id).op != &leaf::constant) leaves.push_back(id);
      return leaves;
    };
    const auto without = [this](const std::vector<NodeId>& chosen) {
      Subgraph part = whole(graph_);
      part.constants.insert(chosen.begin(), chosen.end());
      return part;
    };
    return shrink(leaves, without, "constants in place of leaves");
  }

  std::set<std::int64_t> extents() const {
    std::set<std::int64_t> extents;
    for (const NodeId id : graph_.nodes())
      for (const ValueId value : graph_.node(id).results)
        for (const std::int64_t extent : graph_.type(value).shape)
          if (extent > 1) extents.insert(extent);
    return extents;
  }

  /// Each extent to 1, 2 or its half; alone, and then together with its multiples, which may be products with it.
  bool shrink_extents() {
    bool any = false;
    const std::set<std::int64_t> all = extents();
    for (auto extent = all.rbegin(); extent != all.rend(); ++extent) any = shrink_extent(*extent) || any;
    return any;
  }

  bool shrink_extent(std::int64_t from) {
    for (const std::int64_t to : {std::int64_t{1}, std::int64_t{2}, from / 2}) {
      if (to >= from) continue;
      for (const bool multiples : {false, true}) {
        Subgraph part = whole(graph_);
        part.extent = [=](std::int64_t extent) {
          if (multiples && extent % from == 0) return extent / from * to;
          return extent == from ? to : extent;
        };
        if (try_part(part, fmt::format("extents of {} become {}", from, to))) return true;
      }
    }
    return false;
  }

  Graph graph_;
  const Interesting& interesting_;
  const std::function<void(const Graph&, std::string_view)>& on_smaller_;
  Size size_;
  std::unordered_set<std::uint64_t> tried_;
};

}  // namespace

Graph reduce_graph(const Graph& graph, const Interesting& interesting,
                   const std::function<void(const Graph&, std::string_view)>& on_smaller) {
  return Reducer(graph, interesting, on_smaller).run();
}

}  // namespace weft

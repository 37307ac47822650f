// From values to memory, in five walks over the schedule:
//
// 1. Views. A reshape, or a slice along the leading axis, is its operand's memory at an offset.
// 2. Concats. A part of a concat along the leading axis that is computed by a kernel of its own is computed at its
//    place in the concat's memory; the others are copied there.
//      before: %c = concat(%a, %b), copied       after: %a at c + 0, %b at c + bytes of a
// 3. Updates. When nobody reads a variable after the kernel that makes its next content, the content is written over the
//    variable; if that kernel itself reads it, when it allows this.
// 4. In place. An elementwise kernel writes over an operand whose memory nobody reads afterwards.
// 5. What is left are regions with a first and a last step; plan_memory gives them offsets.

#include "passes/memory/buffers.h"

#include <algorithm>
#include <limits>

#include "graph/base/error.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/forms.h"
#include "ops/op_list.h"
#include "passes/memory/in_place.h"

namespace weft {
namespace {

/// A value's memory as an offset into another value's, the region's root.
struct Alias {
  ValueId root;
  std::size_t offset = 0;
};

class BufferPlanner {
 public:
  BufferPlanner(const Graph& graph, std::span<const NodeId> steps, std::span<const std::size_t> scratch_bytes)
      : graph_(graph), steps_(steps), scratch_bytes_(scratch_bytes), parents_(graph.value_bound()) {
    check_invariant(steps.size() == scratch_bytes.size(), "{} steps with {} scratch sizes", steps.size(),
                    scratch_bytes.size());
    for (std::uint32_t i = 0; i < parents_.size(); ++i) parents_[i] = {ValueId{i}, 0};
    end_ = static_cast<std::uint32_t>(steps.size());
    step_of_.resize(graph.node_bound());
    for (std::uint32_t step = 0; step < end_; ++step) step_of_[steps[step].index] = step;
  }

  BufferPlan run() {
    find_regions();
    place_regions();
    return std::move(plan_);
  }

  std::vector<Region> find_regions() {
    plan_.needs_kernel.assign(steps_.size(), true);
    plan_.updated_in_place.assign(graph_.updates().size(), false);
    alias_views();
    alias_concat_parts();
    find_last_uses();
    alias_updates();
    alias_in_place();
    collect_regions();
    return plan_.regions;
  }

 private:
  std::size_t bytes_of(ValueId value) const { return static_cast<std::size_t>(graph_.type(value).bytes()); }

  bool is_leaf(ValueId value) const { return weft::is_leaf(*graph_.node(graph_.producer(value)).op); }

  /// Follows the aliases to the region's root, and lets each point to its second next (union-find by path halving), so
  /// that long chains of views are short the next time.
  Alias resolve(ValueId value) const {
    Alias alias{value, 0};
    while (parents_[alias.root.index].root != alias.root) {
      Alias& parent = parents_[alias.root.index];
      const Alias& grandparent = parents_[parent.root.index];
      if (grandparent.root != parent.root) parent = {grandparent.root, parent.offset + grandparent.offset};
      alias = {parent.root, alias.offset + parent.offset};
    }
    return alias;
  }

  void alias_to(ValueId value, ValueId target, std::size_t offset) { parents_[value.index] = {target, offset}; }

  void alias_views() {
    for (std::size_t step = 0; step < steps_.size(); ++step) {
      const Node& node = graph_.node(steps_[step]);
      if (!is_view(graph_, node)) continue;
      plan_.needs_kernel[step] = false;
      const std::size_t element = size_of(graph_.type(node.operands[0]).dtype);
      alias_to(node.results[0], node.operands[0], static_cast<std::size_t>(view_offset(graph_, node)) * element);
    }
  }

  void alias_concat_parts() {
    for (std::size_t step = 0; step < steps_.size(); ++step) {
      const Node& node = graph_.node(steps_[step]);
      const ValueId result = node.results[0];
      if (node.op != &op::concat || !is_leading_axis(graph_.type(result).shape, axis_of(node))) continue;
      plan_.needs_kernel[step] = false;
      std::size_t offset = 0;
      for (const ValueId part : node.operands) {
        const Alias region = resolve(part);
        const bool whole = region.offset == 0 && bytes_of(region.root) == bytes_of(part);
        if (whole && !is_leaf(region.root) && region.root != result)
          alias_to(region.root, result, offset);
        else
          plan_.part_copies.push_back({steps_[step], part, offset});
        offset += bytes_of(part);
      }
    }
  }

  /// For every region the last step that reads it; the end for what is copied out after the run.
  void find_last_uses() {
    last_use_.assign(graph_.value_bound(), 0);
    first_def_.assign(graph_.value_bound(), std::numeric_limits<std::uint32_t>::max());
    for (std::uint32_t step = 0; step < end_; ++step) {
      const Node& node = graph_.node(steps_[step]);
      for (const ValueId operand : node.operands) use(resolve(operand).root, step);
      for (const ValueId result : node.results) {
        const ValueId root = resolve(result).root;
        use(root, step);  // written
        first_def_[root.index] = std::min(first_def_[root.index], step);
      }
    }
    for (const Output& output : graph_.outputs()) use(resolve(output.value).root, end_);
    for (const Update& update : graph_.updates()) use(resolve(update.value).root, end_);
  }

  void use(ValueId root, std::uint32_t step) { last_use_[root.index] = std::max(last_use_[root.index], step); }

  void alias_updates() {
    for (std::size_t i = 0; i < graph_.updates().size(); ++i) {
      const auto [variable, value] = graph_.updates()[i];
      if (parents_[value.index].root != value || is_leaf(value)) continue;  // already part of another region
      const Node& node = graph_.node(graph_.producer(value));
      const std::uint32_t step = step_of_[graph_.producer(value).index];
      const std::uint32_t last_read = last_use_[variable.index];
      const bool may_overwrite = last_read == step && may_write_over(node, graph_.result_index(value), variable) &&
                                 !shares_region(node, variable);
      if (last_read >= step && !may_overwrite) continue;
      alias_to(value, variable, 0);
      plan_.updated_in_place[i] = true;
    }
  }

  /// Whether another operand lies in the region of this one, so that writing over it could spoil the other.
  bool shares_region(const Node& node, ValueId operand) const {
    const ValueId root = resolve(operand).root;
    return std::ranges::any_of(node.operands,
                               [&](ValueId other) { return other != operand && resolve(other).root == root; });
  }

  void alias_in_place() {
    for (std::uint32_t step = 0; step < end_; ++step) {
      if (!plan_.needs_kernel[step]) continue;
      const Node& node = graph_.node(steps_[step]);
      for (std::size_t result = 0; result < node.results.size(); ++result) write_over_operand(node, result, step);
    }
  }

  void write_over_operand(const Node& node, std::size_t result, std::uint32_t step) {
    const ValueId value = node.results[result];
    if (parents_[value.index].root != value) return;
    for (const ValueId operand : node.operands) {
      const Alias region = resolve(operand);
      const bool fits =
          region.offset == 0 && bytes_of(region.root) == bytes_of(value) && graph_.type(operand) == graph_.type(value);
      if (!fits || is_leaf(region.root) || last_use_[region.root.index] != step) continue;
      if (!may_write_over(node, result, operand) || shares_region(node, operand)) continue;
      alias_to(value, region.root, 0);
      use(region.root, last_use_[value.index]);
      return;
    }
  }

  /// The arena's regions, in the order of the steps that write them: values, then scratch memory.
  void collect_regions() {
    region_of_.assign(graph_.value_bound(), no_region);
    for (const NodeId id : steps_)
      for (const ValueId value : graph_.node(id).results) {
        plan_.naive_bytes += bytes_of(value);
        const ValueId root = resolve(value).root;
        if (is_leaf(root) || region_of_[root.index] != no_region) continue;
        region_of_[root.index] = plan_.regions.size();
        plan_.regions.push_back({root, bytes_of(root), 0, first_def_[root.index], last_use_[root.index]});
      }
    for (std::uint32_t step = 0; step < end_; ++step)
      if (scratch_bytes_[step] > 0) plan_.regions.push_back({{}, scratch_bytes_[step], 0, step, step});
  }

  void place_regions() {
    std::vector<LiveInterval> intervals;
    for (const Region& region : plan_.regions) intervals.push_back({region.bytes, region.first, region.last});
    const MemoryPlan memory = plan_memory(intervals);
    plan_.arena_bytes = memory.bytes;
    plan_.lower_bound_bytes = memory.lower_bound;
    plan_.scratch.assign(steps_.size(), 0);
    for (std::size_t i = 0; i < plan_.regions.size(); ++i) {
      plan_.regions[i].offset = memory.offsets[i];
      if (!plan_.regions[i].root) plan_.scratch[plan_.regions[i].first] = memory.offsets[i];
    }

    plan_.locations.resize(graph_.value_bound());
    for (const NodeId id : graph_.nodes())
      for (const ValueId value : graph_.node(id).results) {
        const Alias alias = resolve(value);
        const std::size_t region = region_of_[alias.root.index];
        if (is_leaf(alias.root))
          plan_.locations[value.index] = {Location::Place::leaf, graph_.producer(alias.root), alias.offset};
        else if (region != no_region)
          plan_.locations[value.index] = {Location::Place::arena, {}, plan_.regions[region].offset + alias.offset};
      }
  }

  static constexpr std::size_t no_region = std::numeric_limits<std::size_t>::max();
  const Graph& graph_;
  std::span<const NodeId> steps_;
  std::span<const std::size_t> scratch_bytes_;
  mutable std::vector<Alias> parents_;
  std::vector<std::uint32_t> step_of_;    // by node index
  std::vector<std::uint32_t> last_use_;   // by region root
  std::vector<std::uint32_t> first_def_;  // by region root
  std::vector<std::size_t> region_of_;    // by region root, an index into the plan's regions
  std::uint32_t end_ = 0;
  BufferPlan plan_;
};

/// What is made of numbers alone, such as the zeros that a state begins anew with.
bool is_of_numbers(const Graph& graph, const Node& node) {
  return std::ranges::all_of(node.operands, [&](ValueId operand) {
    return graph.node(graph.producer(operand)).op == &leaf::constant && graph.type(operand).shape.rank() == 0;
  });
}

}  // namespace

std::vector<NodeId> schedule(const Graph& graph) {
  std::vector<std::uint32_t> other_uses = use_counts(graph);
  for (const Update& update : graph.updates()) --other_uses[update.value.index];
  std::vector<NodeId> steps;
  // What updates alone wait for: when their variables have been read, it may go right into them.
  std::vector<NodeId> last;
  for (const NodeId id : topological_order(graph)) {
    const Node& node = graph.node(id);
    if (is_leaf(*node.op)) continue;
    const bool is_read =
        std::ranges::any_of(node.results, [&](ValueId result) { return other_uses[result.index] > 0; });
    (is_read || !is_of_numbers(graph, node) ? steps : last).push_back(id);
  }
  steps.insert(steps.end(), last.begin(), last.end());
  return steps;
}

std::vector<Region> find_regions(const Graph& graph, std::span<const NodeId> steps,
                                 std::span<const std::size_t> scratch_bytes) {
  return BufferPlanner(graph, steps, scratch_bytes).find_regions();
}

BufferPlan plan_buffers(const Graph& graph, std::span<const NodeId> steps, std::span<const std::size_t> scratch_bytes) {
  return BufferPlanner(graph, steps, scratch_bytes).run();
}

}  // namespace weft

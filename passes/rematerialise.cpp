// Rematerialisation: what is cheap to compute is computed again where it is needed, instead of being kept over the step
// at which most bytes are live. Only when there is a memory budget, and only until the arena fits it.
//
//   before                                  after
//   %e = exp(%x)                            %e = exp(%x)
//   %y = ..., uses %e                       %y = ..., uses %e
//   ... the peak, %e is kept ...            ... the peak ...
//   %z = mul(%y, %e)                        %e_again = exp(%x)
//                                           %z = mul(%y, %e_again)
//
// Again and again, of the values that are kept over the peak the one is taken that costs least for a byte (the parts of
// a concat count as one, since its memory is taken as soon as there is the first of them): the nodes that make it from
// leaves and from what is kept anyway are copied, and its uses behind the peak take the copy. Whether that helps, the
// planner tells: the change stays if it makes the bytes by which the budget is exceeded, summed over all steps, fewer;
// otherwise it is taken back and the next value tried. The order of execution needs no care: a copy, being the newest
// node, runs right before its first use. The same kernel on the same operands gives the same bits.

#include <algorithm>
#include <unordered_map>

#include "graph/base/error.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/op_list.h"
#include "passes/memory/buffers.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

/// One operand of one node.
struct Use {
  NodeId node;
  std::size_t index = 0;
  ValueId value;
};

/// Values to be computed again behind the peak: one that is kept over it, or the parts of a concat behind it, which
/// would be kept at their places in the concat.
struct Candidate {
  std::vector<ValueId> values;
  std::vector<Use> late_uses;     ///< of the values and of views of them
  std::vector<NodeId> recompute;  ///< each after those that it needs
  double cost = 0;                ///< for each byte of the values
};

/// When everything happens, and how many bytes are live then.
struct Timetable {
  std::vector<NodeId> steps;
  std::vector<std::uint32_t> step_of;   ///< by node
  std::vector<std::uint32_t> last_use;  ///< by value, uses of views of it counted; the number of steps for outputs
  std::vector<std::vector<Use>> uses;   ///< by value
  std::vector<LiveInterval> intervals;
  Peak peak;
};

class Rematerialiser {
 public:
  Rematerialiser(Graph& graph, const PassContext& context)
      : graph_(graph), context_(context), budget_(*context.memory_budget), target_(budget_) {
    now_ = look();
  }

  bool run() {
    bool changed = false;
    while (true) {
      while (now_.peak.bytes > target_) {
        if (!recompute_one()) return changed;
        changed = true;
      }
      // The plan may take more than the most bytes live.
      const std::size_t planned = plan_memory(now_.intervals).bytes;
      if (planned <= budget_ || planned - budget_ >= target_) return changed;
      target_ -= planned - budget_;
    }
  }

 private:
  std::size_t bytes_of(ValueId value) const { return static_cast<std::size_t>(graph_.type(value).bytes()); }
  const Node& producer(ValueId value) const { return graph_.node(graph_.producer(value)); }
  bool is_leaf(ValueId value) const { return weft::is_leaf(*producer(value).op); }

  std::size_t scratch_bytes(NodeId id) {
    if (!context_.scratch_bytes || is_view(graph_, graph_.node(id))) return 0;
    const auto [at, is_new] = scratch_bytes_.try_emplace(id, 0);
    if (is_new) at->second = context_.scratch_bytes(graph_, id);
    return at->second;
  }

  std::vector<LiveInterval> live_intervals(const std::vector<NodeId>& steps) {
    std::vector<std::size_t> scratch;
    for (const NodeId id : steps) scratch.push_back(scratch_bytes(id));
    std::vector<LiveInterval> intervals;
    for (const Region& region : find_regions(graph_, steps, scratch)) {
      const std::size_t lines = (region.bytes + arena_alignment - 1) / arena_alignment;
      intervals.push_back({lines * arena_alignment, region.first, region.last});
    }
    return intervals;
  }

  Timetable look() {
    Timetable table;
    table.steps = schedule(graph_);
    table.intervals = live_intervals(table.steps);
    table.peak = find_peak(table.intervals);
    table.step_of.resize(graph_.node_bound());
    table.last_use.assign(graph_.value_bound(), 0);
    table.uses.resize(graph_.value_bound());
    const auto end = static_cast<std::uint32_t>(table.steps.size());
    for (const Output& output : graph_.outputs()) table.last_use[output.value.index] = end;
    for (const Update& update : graph_.updates()) table.last_use[update.value.index] = end;
    for (std::uint32_t step = end; step-- > 0;) {  // backwards, so that a view's last use is known
      const Node& node = graph_.node(table.steps[step]);
      table.step_of[table.steps[step].index] = step;
      const std::uint32_t used = is_view(graph_, node) ? table.last_use[node.results[0].index] : step;
      for (std::size_t i = 0; i < node.operands.size(); ++i) {
        const ValueId operand = node.operands[i];
        table.last_use[operand.index] = std::max(table.last_use[operand.index], used);
        table.uses[operand.index].push_back({table.steps[step], i, operand});
      }
    }
    return table;
  }

  /// By how many bytes the target is exceeded, summed over all steps.
  double excess(const std::vector<LiveInterval>& intervals, std::size_t steps) const {
    std::vector<double> change(steps + 2, 0.0);
    for (const LiveInterval& interval : intervals) {
      change[interval.first] += static_cast<double>(interval.bytes);
      change[std::size_t{interval.last} + 1] -= static_cast<double>(interval.bytes);
    }
    double live = 0;
    double sum = 0;
    for (const double bytes : change) {
      live += bytes;
      sum += std::max(0.0, live - static_cast<double>(target_));
    }
    return sum;
  }

  bool recompute_one() {
    std::vector<Candidate> candidates = find_candidates();
    std::ranges::stable_sort(candidates, {}, &Candidate::cost);
    if (candidates.size() > most_trials) candidates.resize(most_trials);
    const double before = excess(now_.intervals, now_.steps.size());
    for (const Candidate& candidate : candidates) {
      const std::vector<NodeId> copies = apply(candidate);
      const std::vector<NodeId> steps = schedule(graph_);
      if (excess(live_intervals(steps), steps.size()) < before) {
        erase_unused(candidate);
        now_ = look();
        return true;
      }
      for (const Use& use : candidate.late_uses) graph_.set_operand(use.node, use.index, use.value);
      for (auto copy = copies.rbegin(); copy != copies.rend(); ++copy) graph_.erase(*copy);
    }
    return false;
  }

  std::vector<Candidate> find_candidates() const {
    std::vector<Candidate> candidates;
    for (std::uint32_t step = 0; step < now_.steps.size(); ++step) {
      const Node& node = graph_.node(now_.steps[step]);
      Candidate candidate;
      if (step < now_.peak.step && may_recompute(node) && kept_over_peak(node.results[0])) {
        candidate.values = {node.results[0]};
      } else if (step > now_.peak.step && node.op == &op::concat) {
        for (const ValueId part : node.operands)
          if (is_early_part(part) && std::ranges::find(candidate.values, part) == candidate.values.end())
            candidate.values.push_back(part);
      }
      if (!candidate.values.empty() && complete(candidate)) candidates.push_back(std::move(candidate));
    }
    return candidates;
  }

  /// A part that a kernel of its own has computed by the time of the peak.
  bool is_early_part(ValueId part) const {
    return !is_leaf(part) && may_recompute(producer(part)) &&
           now_.step_of[graph_.producer(part).index] <= now_.peak.step && kept_over_peak(part);
  }

  /// Finds what computing the values again takes. False when it cannot be done, or the values are needed at the peak.
  bool complete(Candidate& candidate) const {
    double bytes = 1;
    for (const ValueId value : candidate.values) {
      bool used_at_peak = false;
      find_late_uses(value, candidate, used_at_peak);
      if (used_at_peak && candidate.values.size() == 1) return false;
      if (!find_nodes(graph_.producer(value), candidate)) return false;
      bytes += static_cast<double>(bytes_of(value));
    }
    for (const NodeId id : candidate.recompute) candidate.cost += work_of(graph_.node(id)) / bytes;
    return true;
  }

  bool may_recompute(const Node& node) const { return node.results.size() == 1 && !is_view(graph_, node); }

  /// Not what is an output: that is kept to the end.
  bool kept_over_peak(ValueId value) const {
    return now_.last_use[value.index] > now_.peak.step && now_.last_use[value.index] < now_.steps.size();
  }

  void find_late_uses(ValueId value, Candidate& candidate, bool& used_at_peak) const {
    for (const Use& use : now_.uses[value.index]) {
      const std::uint32_t step = now_.step_of[use.node.index];
      if (is_view(graph_, graph_.node(use.node)))
        find_late_uses(graph_.node(use.node).results[0], candidate, used_at_peak);
      else if (step > now_.peak.step)
        candidate.late_uses.push_back(use);
      else if (step == now_.peak.step)
        used_at_peak = true;
    }
  }

  /// What makes the node's result from leaves and from values that are kept over the peak themselves. False when that
  /// cannot be, or is much.
  bool find_nodes(NodeId id, Candidate& candidate) const {
    if (std::ranges::find(candidate.recompute, id) != candidate.recompute.end()) return true;
    if (candidate.recompute.size() >= most_nodes) return false;
    for (const ValueId operand : graph_.node(id).operands) {
      const bool again = std::ranges::find(candidate.values, operand) != candidate.values.end();
      if (is_leaf(operand) || (!again && now_.last_use[operand.index] > now_.peak.step)) continue;
      const Node& node = producer(operand);
      if (!may_recompute(node) && !is_view(graph_, node)) return false;
      if (!find_nodes(graph_.producer(operand), candidate)) return false;
    }
    candidate.recompute.push_back(id);
    return true;
  }

  double work_of(const Node& node) const {
    if (is_view(graph_, node)) return 0;
    std::vector<TensorType> operands;
    double work = 0;
    for (const ValueId operand : node.operands) {
      operands.push_back(graph_.type(operand));
      work += static_cast<double>(bytes_of(operand));
    }
    const std::vector<TensorType> results{graph_.type(node.results[0])};
    work += static_cast<double>(bytes_of(node.results[0]));
    return node.op->flops == nullptr ? work : work + node.op->flops(operands, results, node.attributes);
  }

  /// Copies the candidate's nodes, and the views that its late uses look through, and lets these use the copies.
  std::vector<NodeId> apply(const Candidate& candidate) {
    std::vector<NodeId> copies;
    std::unordered_map<ValueId, ValueId> copy_of;
    for (const NodeId id : candidate.recompute) copy(id, copy_of, copies);
    for (const Use& use : candidate.late_uses) {
      std::vector<NodeId> views;  // from the use up to what was copied
      for (ValueId value = use.value; !copy_of.contains(value); value = graph_.node(views.back()).operands[0])
        views.push_back(graph_.producer(value));
      for (auto view = views.rbegin(); view != views.rend(); ++view) copy(*view, copy_of, copies);
      graph_.set_operand(use.node, use.index, copy_of.at(use.value));
    }
    return copies;
  }

  void copy(NodeId id, std::unordered_map<ValueId, ValueId>& copy_of, std::vector<NodeId>& copies) {
    const Node& node = graph_.node(id);
    std::vector<Value> operands;
    for (const ValueId operand : node.operands) {
      const auto at = copy_of.find(operand);
      operands.push_back(graph_.value(at == copy_of.end() ? operand : at->second));
    }
    const auto scope = graph_.absolute_scope(node.scope);
    const std::string name = node.scope.empty() ? node.name : node.name.substr(node.scope.size() + 1);
    const Value result = graph_.add(*node.op, operands, node.attributes, name + "_again")[0];
    copy_of[node.results[0]] = result.id();
    copies.push_back(result.producer());
    scratch_bytes_[result.producer()] = scratch_bytes(id);
  }

  /// A value that was only used behind the peak is computed there alone: nothing is computed twice.
  void erase_unused(const Candidate& candidate) {
    std::vector<std::uint32_t> counts = use_counts(graph_);
    std::vector<NodeId> nodes = candidate.recompute;
    for (const Use& use : candidate.late_uses)
      for (NodeId id = graph_.producer(use.value); is_view(graph_, graph_.node(id));
           id = graph_.producer(graph_.node(id).operands[0]))
        nodes.push_back(id);
    while (!nodes.empty()) {
      const NodeId id = nodes.back();
      nodes.pop_back();
      if (!graph_.alive(id) || weft::is_leaf(*graph_.node(id).op)) continue;
      const Node& node = graph_.node(id);
      if (std::ranges::any_of(node.results, [&](ValueId result) { return counts[result.index] > 0; })) continue;
      for (const ValueId operand : node.operands) {
        --counts[operand.index];
        nodes.push_back(graph_.producer(operand));
      }
      graph_.erase(id);
    }
  }

  static constexpr std::size_t most_trials = 64;
  static constexpr std::size_t most_nodes = 256;
  Graph& graph_;
  const PassContext& context_;
  std::size_t budget_;
  std::size_t target_;  // at most the budget: the plan takes more than the most bytes live
  std::unordered_map<NodeId, std::size_t> scratch_bytes_;
  Timetable now_;
};

bool run_rematerialise(Graph& graph, const PassContext& context) {
  return context.memory_budget && Rematerialiser(graph, context).run();
}

}  // namespace

const Pass pass::rematerialise{
    "rematerialise", "computes values again instead of keeping them, when there is a memory budget; on demand",
    run_rematerialise};

}  // namespace weft

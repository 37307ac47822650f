// Rematerialisation: what is cheap to compute is computed again where it is needed, instead of being kept over the step
// at which most bytes are live. With a memory budget, until the arena fits it; without one, as long as that costs next to
// nothing.
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
// leaves and from what is kept anyway are copied, and its uses behind the peak take the copy. Of a fusion with several
// results only that part of the body is copied which makes this one: of a layer norm whose gradient needs the normalised
// values, gain and bias alone are applied again. Whether that helps, the planner tells: the change stays if it makes the
// bytes by which the budget is exceeded, summed over all steps, fewer; otherwise it is taken back and the next value
// tried. The order of execution needs no care: a copy, being the newest node, runs right before its first use. The same
// kernel on the same operands gives the same bits.
//
// Next to nothing are copies that all together take at most a fiftieth of the graph's time, by an estimate (cycles.h), and
// for each hundredth of the memory at most a thousandth of it. Values that are small beside the peak are not looked at,
// and in place of a budget there is a line a little below the peak.

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <unordered_map>

#include "graph/base/error.h"
#include "graph/cost.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/fusion/body_part.h"
#include "ops/fusion/space.h"
#include "ops/op_list.h"
#include "passes/cycles.h"
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

/// How a value is computed again.
struct Recipe {
  ValueId value;
  const Op* op = nullptr;
  Attributes attributes;
  std::vector<ValueId> operands;
};

/// Values to be computed again behind the peak: one that is kept over it, or the parts of a concat behind it, which
/// would be kept at their places in the concat.
struct Candidate {
  std::vector<ValueId> values;
  std::vector<Use> late_uses = {};     ///< of the values and of views of them
  std::vector<Recipe> recompute = {};  ///< each after those that it needs
  double cycles = 0;                   ///< that this takes
  double bytes = 0;                    ///< of the values

  double cost() const { return cycles / bytes; }
};

/// What the copies may take.
struct Allowance {
  double cycles = std::numeric_limits<double>::infinity();            ///< altogether
  double cycles_of_a_byte = std::numeric_limits<double>::infinity();  ///< for each byte that need not be kept
  double least_bytes = 0;                                             ///< of each value

  bool covers(const Candidate& candidate) const {
    return candidate.cycles <= cycles && candidate.cost() <= cycles_of_a_byte;
  }
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
  Rematerialiser(Graph& graph, const PassContext& context) : graph_(graph), context_(context), now_(look()) {}

  /// Until the arena fits the budget.
  bool keep_to(std::size_t budget) {
    bool changed = false;
    target_ = budget;
    while (true) {
      while (now_.peak.bytes > target_) {
        if (!recompute_one()) return changed;
        changed = true;
      }
      // The plan may take more than the most bytes live.
      const std::size_t planned = plan_memory(now_.intervals).bytes;
      if (planned <= budget || planned - budget >= target_) return changed;
      target_ -= planned - budget;
    }
  }

  /// As long as it costs next to nothing.
  bool take_what_is_cheap() {
    constexpr double share_of_time = 0.02;
    constexpr double memory_for_time = 10;
    constexpr double smallest_share_of_peak = 1.0 / 256;
    const auto peak = static_cast<double>(now_.peak.bytes);
    double cycles = 0;
    for (const NodeId id : now_.steps) cycles += cycles_of(id);
    allowance_ = {share_of_time * cycles, cycles / peak / memory_for_time, smallest_share_of_peak * peak};
    // Each round looks at all nodes: fewer rounds for more nodes, so that compiling stays linear.
    const std::size_t rounds = most_visits / (now_.steps.size() + 1);
    std::size_t round = 0;
    for (; round < rounds; ++round) {
      target_ = now_.peak.bytes - now_.peak.bytes / 32;  // so that also what is nearly as much as the peak counts
      if (!recompute_one()) break;
    }
    return round > 0;
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
        allowance_.cycles -= candidate.cycles;
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
      if (step < now_.peak.step && may_recompute(node)) {
        for (const ValueId result : node.results)
          if (kept_over_peak(result)) add_candidate({result}, candidates);
      } else if (step > now_.peak.step && node.op == &op::concat) {
        std::vector<ValueId> parts;
        for (const ValueId part : node.operands)
          if (is_early_part(part) && std::ranges::find(parts, part) == parts.end()) parts.push_back(part);
        if (!parts.empty()) add_candidate(std::move(parts), candidates);
      }
    }
    return candidates;
  }

  void add_candidate(std::vector<ValueId> values, std::vector<Candidate>& candidates) const {
    Candidate candidate{.values = std::move(values)};
    for (const ValueId value : candidate.values) {
      const auto bytes = static_cast<double>(bytes_of(value));
      if (bytes == 0 || bytes < allowance_.least_bytes) return;
      candidate.bytes += bytes;
    }
    if (complete(candidate)) candidates.push_back(std::move(candidate));
  }

  /// A part that a kernel of its own has computed by the time of the peak.
  bool is_early_part(ValueId part) const {
    return !is_leaf(part) && may_recompute(producer(part)) &&
           now_.step_of[graph_.producer(part).index] <= now_.peak.step && kept_over_peak(part);
  }

  /// Finds what computing the values again takes. False when it cannot be done, or the values are needed at the peak.
  bool complete(Candidate& candidate) const {
    for (const ValueId value : candidate.values) {
      bool used_at_peak = false;
      find_late_uses(value, candidate, used_at_peak);
      if (used_at_peak && candidate.values.size() == 1) return false;
      if (!find_recipes(value, candidate)) return false;
    }
    return true;
  }

  /// Not a view, which has no memory of its own, nor what processes would have to exchange once more.
  bool may_recompute(const Node& node) const {
    const bool is_alone = node.results.size() == 1 || node.op == &op::fusion;
    return is_alone && !is_view(graph_, node) && node.op->family != op::all_reduce.family;
  }

  /// Not what is an output: that is kept to the end.
  bool kept_over_peak(ValueId value) const {
    return now_.last_use[value.index] > now_.peak.step && now_.last_use[value.index] < now_.steps.size();
  }

  void find_late_uses(ValueId value, Candidate& candidate, bool& used_at_peak) const {
    for (const Use& use : now_.uses[value.index]) {
      const std::uint32_t step = now_.step_of[use.node.index];
      if (step > now_.peak.step)
        candidate.late_uses.push_back(use);
      else if (is_view(graph_, graph_.node(use.node)))
        find_late_uses(graph_.node(use.node).results[0], candidate, used_at_peak);
      else if (step == now_.peak.step)
        used_at_peak = true;
    }
  }

  /// What makes the value from leaves and from values that are kept over the peak themselves. False when that cannot
  /// be, or is more than allowed.
  bool find_recipes(ValueId value, Candidate& candidate) const {
    if (std::ranges::find(candidate.recompute, value, &Recipe::value) != candidate.recompute.end()) return true;
    const Node& node = producer(value);
    if (candidate.recompute.size() >= most_nodes || !(may_recompute(node) || is_view(graph_, node))) return false;
    std::optional<Recipe> recipe = Recipe{value, node.op, node.attributes, node.operands};
    if (node.results.size() > 1) recipe = part_of_fusion(node, value, candidate);
    if (!recipe) return false;
    if (!is_view(graph_, node))
      candidate.cycles += cycles_of(*recipe->op, recipe->operands, {value}, recipe->attributes);
    if (!allowance_.covers(candidate)) return false;
    for (const ValueId operand : recipe->operands)
      if (!is_there(operand, candidate) && !find_recipes(operand, candidate)) return false;
    candidate.recompute.push_back(*std::move(recipe));
    return true;
  }

  /// Whether the value can be read behind the peak, and is not to be computed again itself.
  bool is_there(ValueId value, const Candidate& candidate) const {
    const bool again = std::ranges::find(candidate.values, value) != candidate.values.end();
    return is_leaf(value) || (!again && now_.last_use[value.index] > now_.peak.step);
  }

  /// What a fusion computes for one of its results alone, from its operands and from other results that are there.
  std::optional<Recipe> part_of_fusion(const Node& node, ValueId value, const Candidate& candidate) const {
    const auto& body = *node.attributes.get<std::shared_ptr<const Graph>>("body");
    std::unordered_map<ValueId, ValueId> outside;  // what values of the body are in the graph
    const std::vector<NodeId> inputs = body.leaves(leaf::input);
    for (std::size_t i = 0; i < inputs.size(); ++i) outside[body.node(inputs[i]).results[0]] = node.operands[i];
    std::set<ValueId> given;
    ValueId wanted;
    for (std::size_t i = 0; i < node.results.size(); ++i) {
      const ValueId inside = body.outputs()[i].value;
      outside[inside] = node.results[i];
      if (node.results[i] == value)
        wanted = inside;
      else if (is_there(node.results[i], candidate))
        given.insert(inside);
    }
    // What has rows alone, or is put together of parts, would be a body of another kind.
    if (given.contains(wanted) || !fusion_space(body).is_full(body.type(wanted).shape)) return std::nullopt;
    BodyPart part = part_of_body(body, wanted, given);
    Recipe recipe{value, &op::fusion, {{"body", std::make_shared<const Graph>(std::move(part.body))}}, {}};
    for (const ValueId input : part.inputs) recipe.operands.push_back(outside.at(input));
    return recipe;
  }

  double cycles_of(const Op& op, const std::vector<ValueId>& operands, const std::vector<ValueId>& results,
                   const Attributes& attributes) const {
    return running_cycles(op, types_of(graph_, operands), types_of(graph_, results), attributes);
  }

  double cycles_of(NodeId id) const {
    const Node& node = graph_.node(id);
    return is_view(graph_, node) ? 0 : cycles_of(*node.op, node.operands, node.results, node.attributes);
  }

  /// Copies the candidate's nodes, and the views that its late uses look through, and lets these use the copies.
  std::vector<NodeId> apply(const Candidate& candidate) {
    std::vector<NodeId> copies;
    std::unordered_map<ValueId, ValueId> copy_of;
    for (const Recipe& recipe : candidate.recompute) copy(recipe, copy_of, copies);
    for (const Use& use : candidate.late_uses) {
      std::vector<NodeId> views;  // from the use up to what was copied
      for (ValueId value = use.value; !copy_of.contains(value); value = graph_.node(views.back()).operands[0])
        views.push_back(graph_.producer(value));
      for (auto view = views.rbegin(); view != views.rend(); ++view) {
        const Node& node = graph_.node(*view);
        copy({node.results[0], node.op, node.attributes, node.operands}, copy_of, copies);
      }
      graph_.set_operand(use.node, use.index, copy_of.at(use.value));
    }
    return copies;
  }

  void copy(const Recipe& recipe, std::unordered_map<ValueId, ValueId>& copy_of, std::vector<NodeId>& copies) {
    const NodeId original = graph_.producer(recipe.value);
    const Node& node = graph_.node(original);
    std::vector<Value> operands;
    for (const ValueId operand : recipe.operands) {
      const auto at = copy_of.find(operand);
      operands.push_back(graph_.value(at == copy_of.end() ? operand : at->second));
    }
    const auto scope = graph_.absolute_scope(node.scope);
    const std::string name = node.scope.empty() ? node.name : node.name.substr(node.scope.size() + 1);
    const bool is_whole = node.results.size() == 1;
    const Value result = graph_.add(*recipe.op, operands, recipe.attributes, name + "_again")[0];
    copy_of[recipe.value] = result.id();
    copies.push_back(result.producer());
    if (is_whole) scratch_bytes_[result.producer()] = scratch_bytes(original);
  }

  /// A value that was only used behind the peak is computed there alone: nothing is computed twice.
  void erase_unused(const Candidate& candidate) {
    std::vector<std::uint32_t> counts = use_counts(graph_);
    std::vector<NodeId> nodes;
    for (const Recipe& recipe : candidate.recompute) nodes.push_back(graph_.producer(recipe.value));
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
  static constexpr std::size_t most_visits = 200'000;
  static constexpr std::size_t most_nodes = 256;
  Graph& graph_;
  const PassContext& context_;
  Allowance allowance_;
  std::size_t target_ = 0;  // at most the budget: the plan takes more than the most bytes live
  std::unordered_map<NodeId, std::size_t> scratch_bytes_;
  Timetable now_;
};

bool run_rematerialise(Graph& graph, const PassContext& context) {
  Rematerialiser rematerialiser(graph, context);
  return context.memory_budget ? rematerialiser.keep_to(*context.memory_budget) : rematerialiser.take_what_is_cheap();
}

}  // namespace

const Pass pass::rematerialise{
    "rematerialise",
    "computes values again instead of keeping them: what is cheap, or with a memory budget until that is met",
    run_rematerialise};

}  // namespace weft

// Makes one node of pointwise nodes that feed one another, and of the sums, maxima and softmaxes along rows between
// them: what only they read is never written to memory.
//
//   before                                    after
//   %s = add(%x, %bias)                       %y = fusion(%x, %bias) {body = graph "body" {
//   %t = tanh(%s)                               %x0 = input() : f32[32,512]
//   %y = mul(%t, %gain)                         ...
//
// From the last node to the first, each that no fusion has yet begins one, which then takes in producers of what it
// reads, the last first, as long as
// - the body stays one that a kernel can run piece by piece (ops/fusion/space.h);
// - nobody outside needs the producer's result before the fusion's last node has its place in the order: so fusions
//   never wait for one another;
// - operands that would have been free earlier need not be kept while much else is computed: a sum of products, each
//   added when it is there, stays a running sum.
// Dropout goes in where it drops full values: the draws of an element go by its place, and are made where it is computed.
// At its ends a fusion may slice what it reads, and concatenate what it makes: a recurrent cell's gates, written by hand,
// are one node each way.
//
// Others that read a producer's result before go in with it when nobody needs theirs before either: both gradients of a
// cell's gates are one node.
//
// What others read too is repeated in a fusion when that costs less than to write and read it, as a model of the costs
// says: a broadcast always, a gelu's x * 0.5 that the gradient needs as well.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <unordered_map>

#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/forms.h"
#include "ops/fusion/space.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/cycles.h"
#include "passes/memory/view.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

/// A node's place in the order of execution.
using Position = std::size_t;
constexpr Position at_the_end = std::numeric_limits<Position>::max();

/// Operands may be kept longer past so many nodes of others.
constexpr Position near = 8;
constexpr std::size_t most_inputs = 64;
constexpr std::size_t most_repeated = 8;
constexpr std::size_t most_waiting = 8;

/// Whether a body may hold the op between values of that type. In bf16 nothing is computed.
bool has_fast_loops(const Op& op, DType dtype) {
  static const std::array of_any{&op::cast, &op::select, &op::broadcast, &op::reshape, &op::slice, &op::concat};
  if (dtype == DType::bf16) return std::ranges::find(of_any, &op) != of_any.end();
  return dtype != DType::f64;
}

/// The nodes that become one.
struct Fusion {
  FusionSpace space;
  Position root = 0;              ///< the last one's place
  std::set<Position> members;     ///< places, the root's included
  std::set<Position> repeated;    ///< of them, those that stay for others
  std::set<Position> candidates;  ///< producers that may be taken in
};

class Fuser {
 public:
  Fuser(Graph& graph, std::function<void(const std::string&)> explain)
      : graph_(graph), explain_(std::move(explain)), order_(topological_order(graph)) {
    positions_.resize(graph.node_bound());
    users_.resize(graph.value_bound());
    for (Position at = 0; at < order_.size(); ++at) {
      positions_[order_[at].index] = at;
      effective_.push_back(at);
      for (const ValueId operand : graph.node(order_[at]).operands) users_[operand.index].push_back(at);
    }
    for (const Output& output : graph.outputs()) users_[output.value.index].push_back(at_the_end);
    for (const Update& update : graph.updates()) users_[update.value.index].push_back(at_the_end);
    is_taken_.resize(order_.size(), false);
  }

  bool run() {
    for (Position at = order_.size(); at-- > 0;) {
      if (is_taken_[at] || !can_begin(at)) continue;
      const Fusion fusion = grown_from(at);
      if (!is_worth_it(fusion)) continue;
      accept(fusion);
    }
    // The rewriting comes last, as it adds nodes that have no place.
    Rewriter rewriter(graph_);
    for (const Fusion& fusion : fusions_) rewrite(fusion, rewriter);
    return rewriter.finish();
  }

 private:
  const Node& node(Position at) const { return graph_.node(order_[at]); }
  ValueId result(Position at) const { return node(at).results[0]; }
  Position producer(ValueId value) const { return positions_[graph_.producer(value).index]; }

  bool is_candidate(Position at) const {
    const Node& of = node(at);
    const auto has_loops = [&](ValueId value) { return has_fast_loops(*of.op, graph_.type(value).dtype); };
    return is_fusible(*of.op) && has_loops(of.results[0]) && std::ranges::all_of(of.operands, has_loops) &&
           !is_moved_whole(of);
  }

  /// Whether a slice or a concat moves whole runs of memory: the planner makes views of such ones.
  bool is_moved_whole(const Node& of) const {
    if (of.op == &op::slice) return is_leading_axis(graph_.type(of.operands[0]).shape, slice_form(of).axis);
    return of.op == &op::concat && is_leading_axis(graph_.type(of.results[0]).shape, axis_of(of));
  }

  static bool works_along_rows(const Node& of) { return is_row_reduction(*of.op) || is_row_function(*of.op); }

  /// The space of a fusion of that node alone.
  FusionSpace space_of(Position at) const {
    const Node& of = node(at);
    if (of.op == &op::concat) return {graph_.type(of.operands[0]).shape, 0};
    if (!works_along_rows(of)) return {graph_.type(of.results[0]).shape, 0};
    return {graph_.type(of.operands[0]).shape, row_axes_of(graph_, of).value_or(0)};
  }

  bool can_begin(Position at) const {
    return is_candidate(at) && node(at).op != &op::slice && !users_[result(at).index].empty() &&
           why_not_fits({space_of(at), at, {at}, {}, {}}).empty();
  }

  /// Which member has no place in the space, or how the body is too large; empty when it fits.
  std::string why_not_fits(const Fusion& fusion) const {
    const auto computes = [&](ValueId value) { return fusion.members.contains(producer(value)); };
    std::int64_t full_values = 0;
    std::set<ValueId> inputs;
    for (const Position at : fusion.members) {
      const std::string reason = why_not_fused(fusion.space, graph_, node(at), computes);
      if (!reason.empty()) return fmt::format("{} '{}': {}", node(at).op->name, node(at).name, reason);
      if (fusion.space.is_full(graph_.type(result(at)).shape)) ++full_values;
      for (const ValueId operand : node(at).operands)
        if (!computes(operand)) inputs.insert(operand);
    }
    const std::int64_t row = fusion.space.row_volume();
    if (row > longest_fused_row || 4 * row * full_values > most_fused_row_bytes)
      return fmt::format("{} values of {} elements a row would not stay in the caches", full_values, row);
    if (fusion.members.size() + inputs.size() > most_fused_nodes || inputs.size() > most_inputs)
      return fmt::format("{} nodes with {} operands are too many for one body", fusion.members.size(), inputs.size());
    return {};
  }

  void accept(const Fusion& fusion) {
    const auto is_member = [&](Position user) { return fusion.members.contains(user); };
    for (const Position member : fusion.members) {
      if (!fusion.repeated.contains(member)) {
        is_taken_[member] = true;
        effective_[member] = fusion.root;
        continue;
      }
      // The fusion reads what the repeated node reads, in place of its result; but what is repeated itself it need not
      // read.
      std::erase_if(users_[result(member).index], is_member);
      for (const ValueId operand : node(member).operands)
        if (!fusion.members.contains(producer(operand))) users_[operand.index].push_back(fusion.root);
    }
    fusions_.push_back(fusion);
  }

  Fusion grown_from(Position root) const {
    Fusion fusion{space_of(root), root, {root}, {}, {}};
    add_candidates(fusion, root);
    while (!fusion.candidates.empty()) {
      const Position at = *fusion.candidates.rbegin();
      fusion.candidates.erase(at);
      take_in(fusion, at);
    }
    return fusion;
  }

  void add_candidates(Fusion& fusion, Position of) const {
    if (node(of).op == &op::slice) return;  // what it slices lies in memory
    for (const ValueId operand : node(of).operands) {
      const Position at = producer(operand);
      if (!fusion.members.contains(at) && is_candidate(at)) fusion.candidates.insert(at);
    }
  }

  void take_in(Fusion& fusion, Position at) const {
    std::string reason;
    if (is_taken_[at])
      reason = "a later fusion has it";
    else if (!nobody_waits(fusion, at))
      reason = "others need it before";
    else if (keeps_operands_long(fusion, at))
      reason = "what it reads would be kept long, and be more than its result";
    if (reason.empty()) {
      reason = add_members(fusion, at, {at}, {});
    } else if (const std::set<Position> repeated = worth_repeating(fusion, at); !repeated.empty()) {
      reason = add_members(fusion, at, repeated, repeated);
    } else if (const std::set<Position> waiting = with_waiting(fusion, at); !waiting.empty()) {
      reason = add_members(fusion, at, waiting, {});
    } else {
      reason += ", and to compute it again costs more than to read it";
    }
    if (explain_ && !reason.empty())
      explain_(fmt::format("'{}' is not fused with '{}': {}", node(at).name, node(fusion.root).name, reason));
  }

  /// Takes nodes in, of which `at` is the last, if the body stays one that a kernel can run. Returns why not.
  std::string add_members(Fusion& fusion, Position at, const std::set<Position>& added,
                          const std::set<Position>& repeated) const {
    std::string reason;
    for (const FusionSpace& space : spaces_with(fusion.space, at)) {
      Fusion larger = fusion;
      larger.space = space;
      larger.members.insert(added.begin(), added.end());
      larger.repeated.insert(repeated.begin(), repeated.end());
      reason = why_not_fits(larger);
      if (!reason.empty()) continue;
      for (const Position member : added) add_candidates(larger, member);
      fusion = std::move(larger);
      break;
    }
    return reason;
  }

  /// The node with what it is made of, back to what lies in memory anyway, if to compute that in this fusion as well
  /// costs less than to write the node's result for it and to read it; else nothing.
  std::set<Position> worth_repeating(const Fusion& fusion, Position at) const {
    const auto can_do_without = [&](Position user) { return user != at_the_end && is_candidate(user); };
    if (node(at).op != &op::broadcast && !std::ranges::all_of(users_[result(at).index], can_do_without)) return {};
    Repetition repetition;
    repeat(fusion, at, repetition);
    const TensorType& type = graph_.type(result(at));
    const double traffic = 2.0 * memory_cycles(type.bytes());
    // What it reads in place of the result must not be more than that.
    if (!repetition.is_possible || repetition.new_bytes > type.bytes() || repetition.cycles > traffic) return {};
    return repetition.nodes;
  }

  struct Repetition {
    bool is_possible = true;
    std::set<Position> nodes;
    std::set<ValueId> inputs;    ///< that the fusion does not read yet
    std::int64_t new_bytes = 0;  ///< of these
    double cycles = 0.0;
  };

  void repeat(const Fusion& fusion, Position at, Repetition& repetition) const {
    const Node& of = node(at);
    if (works_along_rows(of) || !is_candidate(at) || repetition.nodes.size() == most_repeated) {
      repetition.is_possible = false;
      return;
    }
    if (!repetition.nodes.insert(at).second) return;
    repetition.cycles += computing_cycles(graph_, of);
    for (const ValueId operand : of.operands) {
      const Position from = producer(operand);
      if (fusion.members.contains(from) || repetition.nodes.contains(from) || is_body_constant(operand)) continue;
      if (of.op != &op::slice && !is_in_memory(operand) && !is_leaf(*node(from).op)) {
        repeat(fusion, from, repetition);
        if (!repetition.is_possible) return;
      } else if (effective_[from] >= fusion.root && !is_leaf(*node(from).op)) {
        repetition.is_possible = false;  // a fusion behind this one makes it
        return;
      } else if (!reads(fusion, operand) && repetition.inputs.insert(operand).second) {
        repetition.new_bytes += graph_.type(of.op == &op::slice ? of.results[0] : operand).bytes();
      }
    }
  }

  /// Whether the value is written to memory in any case, as no fusion makes it or another kernel reads it.
  bool is_in_memory(ValueId value) const {
    const auto is_kernel = [&](Position user) { return user == at_the_end || !is_candidate(user); };
    return !is_candidate(producer(value)) || std::ranges::any_of(users_[value.index], is_kernel);
  }

  bool reads(const Fusion& fusion, ValueId value) const {
    return std::ranges::any_of(fusion.members, [&](Position member) {
      return std::ranges::find(node(member).operands, value) != node(member).operands.end();
    });
  }

  /// The spaces that a fusion may have when it takes in a node: its own; while it has no rows, those that the node
  /// brings.
  std::vector<FusionSpace> spaces_with(const FusionSpace& space, Position at) const {
    std::vector<FusionSpace> spaces{space};
    if (space.row_axes > 0) return spaces;
    if (works_along_rows(node(at))) return {space_of(at)};
    if (const auto axes = row_axes_of(space.full, graph_.type(result(at)).shape)) spaces = {{space.full, *axes}};
    return spaces;
  }

  /// Whether those who read the node's result are members, or come after the fusion. What is repeated stays for others
  /// that come before, and reads it there.
  bool nobody_waits(const Fusion& fusion, Position at) const {
    return std::ranges::none_of(users_[result(at).index], [&](Position user) { return waits(fusion, user); });
  }

  bool waits(const Fusion& fusion, Position user) const {
    const bool is_inside = fusion.members.contains(user) && !fusion.repeated.contains(user);
    return !is_inside && user != at_the_end && effective_[user] <= fusion.root;
  }

  /// The node with those of others that read it before the fusion, and whom nobody needs before it either; nothing when
  /// there are too many, or one of them has no place in the fusion.
  std::set<Position> with_waiting(const Fusion& fusion, Position at) const {
    std::set<Position> nodes;
    std::vector<Position> pending{at};
    while (!pending.empty()) {
      const Position next = pending.back();
      pending.pop_back();
      if (!nodes.insert(next).second) continue;
      if (is_taken_[next] || fusion.members.contains(next) || !is_candidate(next) || node(next).op == &op::slice ||
          nodes.size() > most_waiting || keeps_operands_long(fusion, next))
        return {};
      for (const Position user : users_[result(next).index])
        if (waits(fusion, user)) pending.push_back(user);
    }
    return nodes;
  }

  /// Whether more memory would be kept, past nodes of others, for what the node reads than it takes for its result.
  bool keeps_operands_long(const Fusion& fusion, Position at) const {
    // All slices of a value together are no less than it.
    if (node(at).op == &op::slice || others_between(fusion, at) <= near) return false;
    std::int64_t kept = 0;
    std::set<ValueId> seen;
    for (const ValueId operand : node(at).operands) {
      // A broadcast is repeated, and need not be kept.
      if (node(producer(operand)).op == &op::broadcast) continue;
      if (seen.insert(operand).second && is_free_before(fusion, operand, at)) kept += graph_.type(operand).bytes();
    }
    const auto is_member = [&](Position user) { return fusion.members.contains(user); };
    const bool goes = std::ranges::all_of(users_[result(at).index], is_member);
    return kept > (goes ? graph_.type(result(at)).bytes() : 0);
  }

  Position others_between(const Fusion& fusion, Position at) const {
    Position others = 0;
    for (Position between = at + 1; between < fusion.root && others <= near; ++between)
      if (!fusion.members.contains(between) && !is_leaf(*node(between).op) && node(between).op != &op::reshape)
        ++others;
    return others;
  }

  /// Whether, but for that reader, the value's memory would be free before the fusion runs.
  bool is_free_before(const Fusion& fusion, ValueId value, Position reader) const {
    if (is_leaf(*graph_.node(graph_.producer(value)).op)) return false;
    return std::ranges::all_of(users_[value.index], [&](Position user) {
      return user == reader || (user != at_the_end && effective_[user] < fusion.root && !fusion.members.contains(user));
    });
  }

  /// Views and repeated broadcasts save nothing, and what is known is for constant-fold.
  bool is_worth_it(const Fusion& fusion) const {
    const auto reads_memory = [&](Position at) {
      return std::ranges::any_of(node(at).operands, [&](ValueId operand) {
        return !fusion.members.contains(producer(operand)) && !is_body_constant(operand);
      });
    };
    const auto counts = [&](Position at) { return node(at).op != &op::reshape && !fusion.repeated.contains(at); };
    return std::ranges::any_of(fusion.members, reads_memory) &&
           std::ranges::count_if(fusion.members, counts) + (fusion.repeated.empty() ? 0 : 1) >= 2;
  }

  /// One number that is known goes into the body.
  bool is_body_constant(ValueId value) const {
    return graph_.node(graph_.producer(value)).op == &leaf::constant && graph_.type(value).shape.volume() == 1;
  }

  void rewrite(const Fusion& fusion, Rewriter& rewriter) {
    Graph body("body");
    std::vector<Value> operands;
    std::unordered_map<ValueId, Value> inside;
    for (const Position at : fusion.members)
      for (const ValueId operand : node(at).operands) {
        if (fusion.members.contains(producer(operand)) || inside.contains(operand)) continue;
        const TensorType& type = graph_.type(operand);
        if (is_body_constant(operand)) {
          inside[operand] = body.constant(constant_value(graph_.node(graph_.producer(operand))));
        } else {
          inside[operand] = body.input(fmt::format("x{}", operands.size()), type.dtype, type.shape);
          operands.push_back(graph_.value(operand));
        }
      }
    std::vector<ValueId> replaced;
    for (const Position at : fusion.members) {
      const Node& of = node(at);
      std::vector<Value> of_node;
      for (const ValueId operand : of.operands) of_node.push_back(inside.at(operand));
      const Value made = body.add(*of.op, of_node, of.attributes)[0];
      inside[result(at)] = made;
      const auto is_outside = [&](Position user) { return !fusion.members.contains(user); };
      if (fusion.repeated.contains(at) || std::ranges::none_of(users_[result(at).index], is_outside)) continue;
      body.output(fmt::format("y{}", replaced.size()), made);
      replaced.push_back(result(at));
    }
    const Node& root = node(fusion.root);
    const Graph::Scope scope = graph_.absolute_scope(root.scope);
    const std::vector<Value> results =
        graph_.add(op::fusion, operands, shared(std::move(body)), fmt::format("fused_{}", root.op->name));
    for (std::size_t i = 0; i < results.size(); ++i) rewriter.replace(replaced[i], results[i].id());
  }

  /// The body as an attribute; bodies that are alike, as those of a loop's steps are, are one.
  Attributes shared(Graph body) {
    Attributes attributes{{"body", std::make_shared<const Graph>(std::move(body))}};
    std::vector<Attributes>& alike = bodies_[attributes.hash()];
    const auto found = std::ranges::find(alike, attributes);
    return found != alike.end() ? *found : alike.emplace_back(std::move(attributes));
  }

  Graph& graph_;
  std::function<void(const std::string&)> explain_;
  std::unordered_map<std::uint64_t, std::vector<Attributes>> bodies_;  ///< by hash
  std::vector<NodeId> order_;
  std::vector<Position> positions_;           ///< by node
  std::vector<Position> effective_;           ///< by place: that of the root of the fusion that the node is in
  std::vector<std::vector<Position>> users_;  ///< by value; outputs and updates at the end
  std::vector<bool> is_taken_;                ///< by place: in a fusion
  std::vector<Fusion> fusions_;
};

bool run_fuse_elementwise(Graph& graph, const PassContext& context) {
  if (context.runs_whole && !context.runs_whole(op::fusion)) return false;
  return Fuser(graph, context.explain).run();
}

}  // namespace

const Pass pass::fuse_elementwise{"fuse-elementwise",
                                  "makes one node of pointwise nodes and of the reductions along rows between them",
                                  run_fuse_elementwise};

}  // namespace weft

// Among processes that train together, each updates a shard of every large parameter, and has the moments of that shard
// alone (ZeRO, stage 1: Rajbhandari et al., arXiv:1910.02054).
//
//   before, for two processes                    after
//   %w = parameter() : f32[512,512]              %w = parameter() : f32[512,512]
//   %m = state() : f32[512,512]                  %m = state() : f32[131072]
//   %v = state() : f32[512,512]                  %v = state() : f32[131072]
//   %sum = state() : f32[512,512]                %sum = state() : f32[512,512]
//                                                %own_sum = reduce_scatter(%sum)
//   %mean = div(%sum, %weight)                   %own_mean = div(%own_sum, %weight)
//   %norm = global_norm(%mean, %small)           %norm = global_norm_of_shards(%own_mean, %small)
//                                                %own_w = shard(%w)
//   %w1, %m1, %v1 = adam(%w, %mean, %m, %v, ..)  %own_w1, %m1, %v1 = adam(%own_w, %own_mean, %m, %v, ..)
//                                                %w1 = all_gather(%own_w1)
//   update %w = %w1                              update %w = %w1
//
// As many bytes are exchanged as an all_reduce takes, or three quarters of them when the sums are rounded to bf16 on their
// way (PassContext::communicate). An update has the same bits, as each of its elements goes by itself, and so has the norm:
// shards are whole chunks of those that it is summed by (norm_chunk). Any optimiser's update is one region of nodes, from
// the parameter, its moments and the sum to what these become. All this must hold:
// - the parameter has as many chunks as there are processes, or more; smaller ones are updated by all
// - the region has one sum, and of all else scalars, and every node of it goes element by element
// - nobody else reads it but norms, and nobody else the moments, whose elements all begin as the same number

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/collective/sharding.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/micro_batch_sums.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

/// What makes the next content of a parameter, where that can be made shard by shard.
struct UpdateRegion {
  ValueId parameter;
  ValueId next;
  ValueId sum;  ///< over micro-batches
  std::vector<ValueId> moments = {};
  std::set<NodeId> nodes = {};
};

bool goes_by_element(const Op& op) {
  if (&op == &op::dropout) return false;  // an element's draw goes by its place
  return op.elementwise || &op == &op::lerp || (op.family == "update" && operand_index(op, "gradient"));
}

class UpdateSharding {
 public:
  UpdateSharding(Graph& graph, const PassContext& context, const std::vector<Value>& sums)
      : graph_(graph),
        context_(context),
        sharding_{context.processes, norm_chunk},
        order_(topological_order(graph)),
        uses_(use_counts(graph)) {
    for (const Value sum : sums) sums_.insert(sum.id());
    for (const Update& update : graph.updates()) updated_by_.emplace(update.variable, update.value);
    for (const NodeId id : graph.nodes())
      for (const ValueId operand : graph.node(id).operands) readers_[operand].push_back(id);
  }

  bool run() {
    std::vector<UpdateRegion> updates;
    for (const Update& update : graph_.updates())
      if (std::optional<UpdateRegion> region = shardable(update)) updates.push_back(std::move(*region));
    const std::vector<std::int64_t> channels = channels_of(updates);
    for (std::size_t i = 0; i < updates.size(); ++i) rewrite(updates[i], channels[i]);
    for (const auto& [whole, shard] : shards_)
      for (const NodeId reader : readers_[whole])
        if (graph_.node(reader).op == &op::global_norm) norms_.insert(reader);
    for (const NodeId norm : norms_) rewrite_norm(norm);
    graph_.replace_uses(replacements_);
    // Their moments are of another type now.
    for (auto id = order_.rbegin(); id != order_.rend(); ++id)
      if (std::ranges::any_of(updates, [&](const UpdateRegion& update) { return update.nodes.contains(*id); }))
        graph_.erase(*id);
    return !updates.empty();
  }

 private:
  /// Large sums are sent first, as what is sent last is waited for; parameters as they are declared, which mostly is how
  /// the next batch reads them.
  std::vector<std::int64_t> channels_of(const std::vector<UpdateRegion>& updates) const {
    std::vector<std::size_t> by_size(updates.size());
    std::iota(by_size.begin(), by_size.end(), 0);
    std::ranges::stable_sort(by_size, std::greater<>{},
                             [&](std::size_t i) { return graph_.type(updates[i].sum).bytes(); });
    std::vector<std::int64_t> channels(updates.size());
    for (std::size_t channel = 0; channel < by_size.size(); ++channel)
      channels[by_size[channel]] = static_cast<std::int64_t>(channel);
    return channels;
  }

  void explain(ValueId parameter, const char* reason) const {
    if (context_.explain)
      context_.explain(fmt::format("'{}' is updated whole by every process: {}", graph_.value_name(parameter), reason));
  }

  std::optional<UpdateRegion> shardable(const Update& update) const {
    if (graph_.node(graph_.producer(update.variable)).op != &leaf::parameter) return std::nullopt;
    const std::int64_t elements = graph_.type(update.variable).shape.volume();
    if ((elements + norm_chunk - 1) / norm_chunk < context_.processes) return std::nullopt;
    UpdateRegion region{.parameter = update.variable, .next = update.value, .sum = {}};
    const char* reason = find(region);
    if (reason == nullptr) reason = reason_to_keep(region);
    if (reason == nullptr) return region;
    explain(update.variable, reason);
    return std::nullopt;
  }

  /// Goes from what is updated to what that is made of; or says why this cannot be a region.
  const char* find(UpdateRegion& region) const {
    std::vector<ValueId> pending{region.next};
    std::set<ValueId> seen;
    while (!pending.empty()) {
      const ValueId value = pending.back();
      pending.pop_back();
      if (value == region.parameter || graph_.type(value).shape.rank() == 0 || !seen.insert(value).second) continue;
      const Node& node = graph_.node(graph_.producer(value));
      if (is_broadcast_scalar(node)) continue;
      if (sums_.contains(value)) {
        if (region.sum) return "two sums over micro-batches go into it";
        region.sum = value;
      } else if (node.op == &leaf::state) {
        if (!begins_alike(node) || !updated_by_.contains(value))
          return "it has a state whose elements do not begin alike, or that stays as it is";
        region.moments.push_back(value);
        pending.push_back(updated_by_.at(value));
      } else {
        if (!goes_by_element(*node.op)) return "it is not made element by element of a sum, moments and scalars";
        region.nodes.insert(graph_.producer(value));
        pending.insert(pending.end(), node.operands.begin(), node.operands.end());
      }
      if (graph_.type(value).shape != graph_.type(region.parameter).shape)
        return "something of another shape goes into it";
    }
    return region.sum ? nullptr : "no sum over micro-batches goes into it";
  }

  bool is_broadcast_scalar(const Node& node) const {
    return node.op == &op::broadcast && graph_.type(node.operands[0]).shape.rank() == 0;
  }

  bool begins_alike(const Node& state) const {
    const auto& initializer = state.attributes.get_or<std::string>("initializer", "zeros");
    return initializer == "zeros" || initializer == "ones" || initializer == "constant";
  }

  /// Why the region cannot be taken apart: somebody else reads what is in it.
  const char* reason_to_keep(const UpdateRegion& region) const {
    for (const ValueId moment : region.moments)
      if (!is_read_within(region, moment, false)) return "others read its moments";
    if (!is_read_within(region, region.sum, true)) return "others than norms read its gradient";
    for (const NodeId id : region.nodes)
      for (const ValueId result : graph_.node(id).results)
        if (result != region.next && !is_read_within(region, result, true))
          return "others than norms read what it is made of";
    return nullptr;
  }

  bool is_read_within(const UpdateRegion& region, ValueId value, bool or_by_norms) const {
    static const std::vector<NodeId> nobody;
    const auto at = readers_.find(value);
    const std::vector<NodeId>& readers = at == readers_.end() ? nobody : at->second;
    const auto becomes_moment =
        std::ranges::count_if(region.moments, [&](ValueId moment) { return updated_by_.at(moment) == value; });
    return uses_[value.index] == readers.size() + static_cast<std::size_t>(becomes_moment) &&
           std::ranges::all_of(readers, [&](NodeId id) {
             return region.nodes.contains(id) || (or_by_norms && graph_.node(id).op == &op::global_norm);
           });
  }

  void rewrite(const UpdateRegion& region, std::int64_t channel) {
    const Value parameter = graph_.value(region.parameter);
    const Graph::Scope scope = graph_.absolute_scope(graph_.node(graph_.producer(region.next)).scope);
    const Value own_sum =
        reduce_scatter(graph_.value(region.sum), sharding_, context_.communicate == Precision::bf16, channel);
    shards_.emplace(region.sum, own_sum.id());
    for (const ValueId moment : region.moments)
      graph_.set_variable_type(moment, {graph_.type(moment).dtype, own_sum.shape()});
    for (const NodeId id : order_) {
      if (!region.nodes.contains(id)) continue;
      const Node node = graph_.node(id);
      std::vector<Value> operands;
      for (const ValueId operand : node.operands) operands.push_back(own(operand, region, own_sum.shape()));
      const std::vector<Value> results = graph_.add(*node.op, operands, node.attributes);
      for (std::size_t i = 0; i < results.size(); ++i) shards_.emplace(node.results[i], results[i].id());
    }
    const bool is_read_once = is_read_within(region, region.parameter, false) && uses_[region.next.index] == 1;
    const Value own_next = graph_.value(shards_.at(region.next));
    replacements_.emplace(
        region.next,
        all_gather(own_next, parameter.shape(), sharding_, is_read_once ? std::optional(channel) : std::nullopt).id());
    for (const ValueId moment : region.moments)
      replacements_.emplace(updated_by_.at(moment), shards_.at(updated_by_.at(moment)));
  }

  /// What a node of the region reads in the place of a value.
  Value own(ValueId whole, const UpdateRegion& region, const Shape& shape) {
    const Node& node = graph_.node(graph_.producer(whole));
    if (whole != region.parameter && !is_broadcast_scalar(node)) {
      const auto at = shards_.find(whole);
      return graph_.value(at == shards_.end() ? whole : at->second);
    }
    if (const auto at = shards_.find(whole); at != shards_.end()) return graph_.value(at->second);
    const Value made = whole == region.parameter ? shard(graph_.value(whole), sharding_)
                                                 : broadcast(graph_.value(node.operands[0]), shape);
    shards_.emplace(whole, made.id());
    return made;
  }

  void rewrite_norm(NodeId id) {
    const Node node = graph_.node(id);
    const Graph::Scope scope = graph_.absolute_scope(node.scope);
    std::vector<Value> values;
    std::vector<std::int64_t> elements;
    for (const ValueId operand : node.operands) {
      const auto shard = shards_.find(operand);
      values.push_back(graph_.value(shard == shards_.end() ? operand : shard->second));
      elements.push_back(shard == shards_.end() ? 0 : graph_.type(operand).shape.volume());
    }
    replacements_.emplace(node.results[0], global_norm_of_shards(values, elements, sharding_).id());
    graph_.erase(id);
  }

  Graph& graph_;
  const PassContext& context_;
  const Sharding sharding_;
  const std::vector<NodeId> order_;
  const std::vector<std::uint32_t> uses_;
  std::set<ValueId> sums_;
  std::map<ValueId, ValueId> updated_by_;  ///< what a variable becomes
  std::map<ValueId, std::vector<NodeId>> readers_;
  std::map<ValueId, ValueId> shards_;  ///< of what regions have whole
  std::set<NodeId> norms_;
  std::unordered_map<ValueId, ValueId> replacements_;
};

bool run_shard_updates(Graph& graph, const PassContext& context) {
  if (context.processes == 1) return false;
  const std::vector<Value> sums = micro_batch_sums(graph);
  return !sums.empty() && UpdateSharding(graph, context, sums).run();
}

}  // namespace

const Pass pass::shard_updates{"shard-updates", "lets each process update a shard of the large parameters",
                               run_shard_updates};

}  // namespace weft

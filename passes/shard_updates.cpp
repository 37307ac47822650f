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
// shards are whole chunks of those that it is summed by (norm_chunk). All this must hold:
// - the parameter has as many chunks as there are processes, or more; smaller ones are updated by all
// - its gradient is made of a sum over micro-batches by products and quotients with scalars
// - nobody else reads these but norms, and nobody else the moments, which begin as zeros

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

/// An update that can be made shard by shard.
struct ShardableUpdate {
  NodeId node;
  ValueId sum;                 ///< over micro-batches
  std::vector<NodeId> scaled;  ///< what makes the gradient of it, in order
  std::vector<ValueId> moments;
};

class UpdateSharding {
 public:
  UpdateSharding(Graph& graph, const PassContext& context, const std::vector<Value>& sums)
      : graph_(graph), context_(context), sharding_{context.processes, norm_chunk}, uses_(use_counts(graph)) {
    for (const Value sum : sums) sums_.insert(sum.id());
    for (const Update& update : graph.updates()) updated_by_.emplace(update.variable, update.value);
    for (const NodeId id : graph.nodes())
      for (const ValueId operand : graph.node(id).operands) readers_[operand].push_back(id);
  }

  bool run() {
    std::vector<ShardableUpdate> updates;
    for (const NodeId id : topological_order(graph_))
      if (std::optional<ShardableUpdate> update = shardable(id)) updates.push_back(std::move(*update));
    const std::vector<std::int64_t> channels = channels_of(updates);
    for (std::size_t i = 0; i < updates.size(); ++i) rewrite(updates[i], channels[i]);
    for (const auto& [mean, shard] : shards_)
      for (const NodeId reader : readers_[mean])
        if (graph_.alive(reader) && graph_.node(reader).op == &op::global_norm) norms_.insert(reader);
    for (const NodeId norm : norms_) rewrite_norm(norm);
    graph_.replace_uses(replacements_);
    return !updates.empty();
  }

 private:
  /// Large sums are sent first, as what is sent last is waited for; parameters as they are declared, which mostly is how
  /// the next batch reads them.
  std::vector<std::int64_t> channels_of(const std::vector<ShardableUpdate>& updates) const {
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

  std::optional<ShardableUpdate> shardable(NodeId id) const {
    const Node& node = graph_.node(id);
    const std::optional<std::size_t> gradient = operand_index(*node.op, "gradient");
    if (!gradient || node.op->family != "update" || !is_updated(node, 0, 0, leaf::parameter)) return std::nullopt;
    const ValueId parameter = node.operands[0];
    const std::int64_t elements = graph_.type(parameter).shape.volume();
    if ((elements + norm_chunk - 1) / norm_chunk < context_.processes) return std::nullopt;
    ShardableUpdate update{.node = id, .sum = {}, .scaled = {}, .moments = {}};
    for (const auto& [result, operand] : node.op->in_place) {
      if (operand == 0) continue;
      const ValueId moment = node.operands[operand];
      if (!is_updated(node, result, operand, leaf::state) || uses_[moment.index] != 1 || !begins_as_zeros(moment)) {
        explain(parameter, "others read its moments, or these do not begin as zeros");
        return std::nullopt;
      }
      update.moments.push_back(moment);
    }
    if (!find_sum(node.operands[*gradient], id, update)) {
      explain(parameter, "its gradient is not a sum over micro-batches, times and by scalars, that norms alone read");
      return std::nullopt;
    }
    return update;
  }

  /// Whether the operand is a variable of that kind which becomes the result.
  bool is_updated(const Node& node, std::size_t result, std::size_t operand, const Op& kind) const {
    const ValueId variable = node.operands[operand];
    const auto at = updated_by_.find(variable);
    return graph_.node(graph_.producer(variable)).op == &kind && at != updated_by_.end() &&
           at->second == node.results[result];
  }

  bool begins_as_zeros(ValueId state) const {
    return graph_.node(graph_.producer(state)).attributes.get_or<std::string>("initializer", "zeros") == "zeros";
  }

  /// Follows a gradient to the sum that it is made of.
  bool find_sum(ValueId value, NodeId reader, ShardableUpdate& update) const {
    for (;;) {
      if (!read_by_norms_and(reader, value)) return false;
      if (sums_.contains(value)) break;
      reader = graph_.producer(value);
      const Node& node = graph_.node(reader);
      if ((node.op != &op::mul && node.op != &op::div) || !is_scalar(node.operands[1])) return false;
      update.scaled.push_back(reader);
      value = node.operands[0];
    }
    update.sum = value;
    std::ranges::reverse(update.scaled);
    return true;
  }

  bool is_scalar(ValueId value) const { return graph_.type(value).shape.rank() == 0; }

  bool read_by_norms_and(NodeId reader, ValueId value) const {
    const std::vector<NodeId>& readers = readers_.at(value);
    const bool all_readers = readers.size() == uses_[value.index];  // no output or update
    return all_readers && std::ranges::all_of(readers, [&](NodeId id) {
             return id == reader || graph_.node(id).op == &op::global_norm;
           });
  }

  void rewrite(const ShardableUpdate& update, std::int64_t channel) {
    const Node node = graph_.node(update.node);
    const Graph::Scope scope = graph_.absolute_scope(node.scope);
    const Value parameter = graph_.value(node.operands[0]);
    Value gradient = sharded(update.sum, [&] {
      const bool in_bf16 = context_.communicate == Precision::bf16;
      return reduce_scatter(graph_.value(update.sum), sharding_, in_bf16, channel);
    });
    for (const NodeId id : update.scaled)
      gradient = sharded(graph_.node(id).results[0], [&] {
        const Node scaled = graph_.node(id);
        return graph_.add1(*scaled.op, {gradient, graph_.value(scaled.operands[1])}, scaled.attributes);
      });
    for (const ValueId moment : update.moments)
      graph_.set_variable_type(moment, {graph_.type(moment).dtype, gradient.shape()});
    std::vector<Value> operands;
    for (const ValueId operand : node.operands) operands.push_back(graph_.value(operand));
    operands[0] = shard(parameter, sharding_);
    operands[operand_index(*node.op, "gradient").value()] = gradient;
    std::vector<Value> results = graph_.add(*node.op, operands, node.attributes);
    const bool may_go_on = uses_[parameter.id().index] == 1 && uses_[node.results[0].index] == 1;
    results[0] =
        all_gather(results[0], parameter.shape(), sharding_, may_go_on ? std::optional(channel) : std::nullopt);
    for (std::size_t i = 0; i < results.size(); ++i) replacements_.emplace(node.results[i], results[i].id());
    graph_.erase(update.node);
  }

  /// The shard of a value, made once.
  template <typename Make>
  Value sharded(ValueId whole, const Make& make) {
    if (const auto at = shards_.find(whole); at != shards_.end()) return graph_.value(at->second);
    const Value made = make();
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
  const std::vector<std::uint32_t> uses_;
  std::set<ValueId> sums_;
  std::map<ValueId, ValueId> updated_by_;  ///< what a variable becomes
  std::map<ValueId, std::vector<NodeId>> readers_;
  std::map<ValueId, ValueId> shards_;
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

// Among processes that train together, each with micro-batches of its own: the sums that an update goes by become those
// of all of them.
//
//   before                                    after
//   %sum = state()                            %sum = state()
//   %weight = state()                         %weight = state()
//                                             %all:0, %all:1 = all_reduce(%sum, %weight)
//   %mean = div(%sum, %weight)                %mean = div(%all:0, %all:1)
//   ... = adam(%w, %mean, ...)                ... = adam(%w, %mean, ...)
//   update %sum = %zeros                      update %sum = %zeros
//
// In a graph that updates parameters, such a sum is a state of numbers that is read and begins anew, as zeros
// (models/training/accumulation.h). Sums of one element type go together, in the order of their declaration, until a
// node has a few MiB or as many as it may: so that small ones wait for one another and large ones do not.

#include <algorithm>
#include <set>
#include <unordered_map>

#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/splat.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

constexpr std::int64_t least_bytes = std::int64_t{4} << 20;
constexpr std::size_t most_values = 64;

bool updates_parameters(const Graph& graph) {
  return std::ranges::any_of(graph.updates(), [&](const Update& update) {
    return graph.node(graph.producer(update.variable)).op == &leaf::parameter;
  });
}

/// What all_reduce nodes take.
std::set<ValueId> reduced_values(const Graph& graph) {
  std::set<ValueId> reduced;
  for (const NodeId id : graph.nodes())
    if (graph.node(id).op == &op::all_reduce)
      reduced.insert(graph.node(id).operands.begin(), graph.node(id).operands.end());
  return reduced;
}

/// The states that begin anew after the run that reads them, in the order of their declaration, but for those that are
/// added up already.
std::vector<Value> taken_sums(const Graph& graph) {
  std::set<ValueId> cleared;
  for (const Update& update : graph.updates())
    if (graph.type(update.value).dtype != DType::boolean && splat(graph, update.value) == 0.0)
      cleared.insert(update.variable);
  const std::vector<std::uint32_t> uses = use_counts(graph);
  const std::set<ValueId> reduced = reduced_values(graph);
  std::vector<Value> sums;
  for (const NodeId id : graph.leaves(leaf::state)) {
    const Value state = graph.value(graph.node(id).results[0]);
    if (cleared.contains(state.id()) && uses[state.id().index] > 0 && !reduced.contains(state.id()))
      sums.push_back(state);
  }
  return sums;
}

/// The values in the nodes that are to add them up.
std::vector<std::vector<Value>> buckets_of(const std::vector<Value>& sums) {
  std::vector<std::vector<Value>> buckets;
  std::int64_t bytes = 0;
  for (const Value sum : sums) {
    const bool fits = !buckets.empty() && buckets.back().front().dtype() == sum.dtype() &&
                      buckets.back().size() < most_values && bytes < least_bytes;
    if (!fits) {
      buckets.emplace_back();
      bytes = 0;
    }
    buckets.back().push_back(sum);
    bytes += sum.type().bytes();
  }
  return buckets;
}

bool run_data_parallel(Graph& graph, const PassContext& context) {
  if (context.processes == 1 || !updates_parameters(graph)) return false;
  const std::vector<Value> sums = taken_sums(graph);
  if (sums.empty() && context.explain && reduced_values(graph).empty())
    context.explain("parameters are updated by what is no sum over micro-batches: no state is read and begins anew");
  const Graph::Scope scope = graph.absolute_scope("data_parallel");
  for (const std::vector<Value>& bucket : buckets_of(sums)) {
    const std::vector<Value> of_all = all_reduce(bucket);
    std::unordered_map<ValueId, ValueId> replacements;
    for (std::size_t i = 0; i < bucket.size(); ++i) replacements.emplace(bucket[i].id(), of_all[i].id());
    graph.replace_uses(replacements);
    for (std::size_t i = 0; i < bucket.size(); ++i) graph.set_operand(of_all[i].producer(), i, bucket[i].id());
  }
  return !sums.empty();
}

}  // namespace

const Pass pass::data_parallel{"data-parallel", "adds up over all processes what an update goes by", run_data_parallel};

}  // namespace weft

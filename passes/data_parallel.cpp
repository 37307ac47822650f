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

#include <unordered_map>

#include "ops/ops.h"
#include "passes/micro_batch_sums.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

constexpr std::int64_t least_bytes = std::int64_t{4} << 20;
constexpr std::size_t most_values = 64;

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
  if (context.processes == 1) return false;
  const std::vector<Value> sums = micro_batch_sums(graph);
  if (sums.empty() && context.explain)
    context.explain(
        "no update of a parameter reads a state that begins anew, and that processes do not add up already");
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

#include "models/training/processes.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/leaf.h"
#include "models/training/accumulation.h"
#include "ops/op_list.h"
#include "ops/splat.h"

namespace weft {
namespace {

bool can_share(std::int64_t batches, std::int64_t processes) {
  return processes == 1 ||
         (batches % processes == 0 && std::has_single_bit(static_cast<std::uint64_t>(batches / processes)));
}

/// By how much the update of that state counts it up; nothing when it does anything else.
std::optional<double> counted_by(const Graph& graph, const Update& update) {
  const Node& node = graph.node(graph.producer(update.value));
  if (node.op != &op::add || graph.type(update.value) != TensorType{DType::i32, Shape{}}) return std::nullopt;
  for (const std::size_t i : {0U, 1U})
    if (node.operands[i] == update.variable) return splat(graph, node.operands[1 - i]);
  return std::nullopt;
}

}  // namespace

void require_shareable(std::int64_t batches, int processes, const std::string& setting) {
  if (can_share(batches, processes)) return;
  std::vector<std::string> counts;
  for (std::int64_t count = 1; count <= batches; ++count)
    if (can_share(batches, count)) counts.push_back(std::to_string(count));
  fail(
      "{} processes cannot share the {} batches of an update ({}): each must have the same number of them, 1, 2, 4, 8 "
      "or another power of two. With {} {} there can be {} processes; for {} of them give {} {}",
      processes, batches, setting, setting, batches, joined(counts, ", "), processes, setting,
      processes * std::max<std::int64_t>(
                      1, static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(batches / processes)))));
}

std::vector<BatchCount> batch_counts(const Graph& graph) {
  std::vector<BatchCount> counts;
  for (const Update& update : graph.updates()) {
    const std::string& name = graph.node(graph.producer(update.variable)).name;
    if (is_accumulated(name)) continue;
    const std::optional<double> step = counted_by(graph, update);
    require(
        step.has_value(),
        "the training step '{}' leaves '{}' to the batch behind it, so several processes cannot share the batches of "
        "an update: train this model with one",
        graph.name(), name);
    counts.push_back({name, static_cast<std::int32_t>(*step)});
  }
  return counts;
}

void skip_batches(const std::vector<BatchCount>& counts, std::int64_t batches, Variables& variables) {
  for (const auto& [state, step] : counts) {
    const std::int32_t last = variables.get(state).as<std::int32_t>()[0];
    variables.set(state, Tensor::scalar<std::int32_t>(last + static_cast<std::int32_t>(batches) * step));
  }
}

}  // namespace weft

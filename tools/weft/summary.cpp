#include "tools/weft/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "graph/leaf.h"
#include "graph/order.h"
#include "graph/quote.h"
#include "passes/buffers.h"
#include "tools/common/table.h"

namespace weft::tool {
namespace {

/// Three digits and a prefix of thousands: "12.3 G".
std::string count_text(double count) {
  constexpr std::string_view prefixes[] = {"", " k", " M", " G", " T", " P"};
  if (count < 1000.0) return fmt::format("{:.0f}", count);
  std::size_t prefix = 0;
  for (; count >= 999.5 && prefix + 1 < std::size(prefixes); ++prefix) count /= 1000.0;
  return fmt::format("{:.3g}{}", count, prefixes[prefix]);
}

double flops(const Graph& graph, const Node& node) {
  if (node.op->flops == nullptr) return 0.0;
  const auto types = [&](const std::vector<ValueId>& values) {
    std::vector<TensorType> types;
    for (const ValueId value : values) types.push_back(graph.type(value));
    return types;
  };
  return node.op->flops(types(node.operands), types(node.results), node.attributes);
}

std::string size_of_leaves(const Graph& graph, const Op& op) {
  const std::vector<NodeId> leaves = graph.leaves(op);
  double elements = 0.0;
  double bytes = 0.0;
  for (const NodeId id : leaves) {
    const TensorType& type = graph.type(graph.node(id).results[0]);
    elements += static_cast<double>(type.shape.volume());
    bytes += static_cast<double>(type.bytes());
  }
  if (leaves.empty()) return "none";
  return fmt::format("{} ({} elements, {})", leaves.size(), count_text(elements), bytes_text(bytes));
}

std::string list_of_inputs(const Graph& graph) {
  std::string text;
  for (const NodeId id : graph.leaves(leaf::input))
    text += fmt::format("  input   {} {}\n", weft::quoted(graph.node(id).name),
                        graph.type(graph.node(id).results[0]).to_string());
  return text;
}

std::string list_of_outputs(const Graph& graph) {
  std::string text;
  for (const Output& output : graph.outputs())
    text += fmt::format("  output  {} {}\n", weft::quoted(output.name), graph.type(output.value).to_string());
  return text;
}

/// Ops by cost, the dearest first, equal ones by name.
std::string table_of_ops(const Graph& graph, double all_flops) {
  struct Share {
    std::string_view op;
    std::size_t nodes = 0;
    double flops = 0.0;
  };
  std::map<std::string_view, Share> by_name;
  for (const NodeId id : graph.nodes()) {
    const Node& node = graph.node(id);
    Share& share = by_name[node.op->name];
    share.op = node.op->name;
    share.nodes += 1;
    share.flops += flops(graph, node);
  }
  std::vector<Share> shares;
  for (const auto& [name, share] : by_name) shares.push_back(share);
  std::ranges::stable_sort(shares, std::ranges::greater(), &Share::flops);
  Table table({"op", "nodes", "flops", "share"}, "lrrr");
  for (const Share& share : shares)
    table.add({std::string(share.op), std::to_string(share.nodes), count_text(share.flops),
               all_flops > 0.0 ? fmt::format("{:.1f} %", 100.0 * share.flops / all_flops) : ""});
  return table.to_string();
}

std::string memory_text(const Graph& graph) {
  std::vector<NodeId> steps;
  for (const NodeId id : topological_order(graph))
    if (!is_leaf(*graph.node(id).op)) steps.push_back(id);
  const BufferPlan plan = plan_buffers(graph, steps, std::vector<std::size_t>(steps.size(), 0));
  return fmt::format(
      "  memory      {} for values between leaves and outputs, the kernels' scratch aside\n"
      "              ({} live at once, {} with a place for each)\n",
      bytes_text(static_cast<double>(plan.arena_bytes)), bytes_text(static_cast<double>(plan.lower_bound_bytes)),
      bytes_text(static_cast<double>(plan.naive_bytes)));
}

}  // namespace

std::string bytes_text(double bytes) {
  constexpr std::string_view units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024.0 && unit + 1 < std::size(units); ++unit) bytes /= 1024.0;
  return unit == 0 ? fmt::format("{:.0f} bytes", bytes) : fmt::format("{:.1f} {}", bytes, units[unit]);
}

std::string summary(const Graph& graph, bool with_memory) {
  double all_flops = 0.0;
  for (const NodeId id : graph.nodes()) all_flops += flops(graph, graph.node(id));
  std::string text = fmt::format("graph {}\n", weft::quoted(graph.name()));
  text += list_of_inputs(graph) + list_of_outputs(graph);
  text += fmt::format("  nodes       {}\n", graph.node_count());
  text += fmt::format("  parameters  {}\n", size_of_leaves(graph, leaf::parameter));
  text += fmt::format("  states      {}\n", size_of_leaves(graph, leaf::state));
  text += fmt::format("  updates     {}\n", graph.updates().size());
  text += fmt::format("  flops       {} a run\n", count_text(all_flops));
  if (with_memory) text += memory_text(graph);
  return text + "\n" + table_of_ops(graph, all_flops);
}

}  // namespace weft::tool

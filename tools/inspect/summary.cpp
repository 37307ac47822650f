#include "tools/inspect/summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/base/quantity.h"
#include "graph/base/quote.h"
#include "graph/leaf.h"
#include "tools/inspect/table.h"

namespace weft::inspect {
namespace {

std::string leaves_text(const LeafInfo& leaves) {
  if (leaves.count == 0) return "none";
  return fmt::format("{} ({} elements, {})", leaves.count, count_text(leaves.elements), bytes_text(leaves.bytes));
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

std::string memory_text(const ArenaInfo& arena) {
  return fmt::format(
      "  memory      {} for values between leaves and outputs, the kernels' scratch aside\n"
      "              ({} live at once, {} with a place for each)\n",
      bytes_text(arena.bytes), bytes_text(arena.lower_bound_bytes), bytes_text(arena.naive_bytes));
}

std::string share_text(double part, double all) { return all > 0.0 ? fmt::format("{:.1f} %", 100.0 * part / all) : ""; }

/// Nothing where there is nothing: columns are read more easily so.
std::string unless_zero(double number, std::string (*text)(double)) { return number > 0.0 ? text(number) : ""; }

std::vector<std::string> scope_row(const std::string& name, std::size_t copies, const CostInfo& cost,
                                   const CostInfo& all) {
  return {name,
          copies > 1 ? fmt::format("x {}", copies) : "",
          std::to_string(cost.nodes),
          unless_zero(cost.parameters.elements, count_text),
          unless_zero(cost.flops, count_text),
          cost.flops > 0.0 ? share_text(cost.flops, all.flops) : "",
          unless_zero(cost.bytes, [](double bytes) { return bytes_text(bytes); }),
          unless_zero(cost.peak_bytes, [](double bytes) { return bytes_text(bytes); })};
}

}  // namespace

std::string overview(const Graph& graph, const GraphInfo& info, bool with_memory) {
  std::string text = fmt::format("graph {}\n", weft::quoted(graph.name()));
  text += list_of_inputs(graph) + list_of_outputs(graph);
  text += fmt::format("  nodes       {}\n", info.all.nodes);
  text += fmt::format("  parameters  {}\n", leaves_text(info.all.parameters));
  text += fmt::format("  states      {}\n", leaves_text(info.all.states));
  text += fmt::format("  updates     {}\n", graph.updates().size());
  text += fmt::format("  flops       {} a run\n", count_text(info.all.flops));
  if (with_memory) text += memory_text(info.arena);
  return text;
}

std::string table_of_ops(const GraphInfo& info) {
  Table table({"op", "nodes", "flops", "share"}, "lrrr");
  for (const OpInfo& op : info.ops)
    table.add({std::string(op.op), std::to_string(op.cost.nodes), count_text(op.cost.flops),
               share_text(op.cost.flops, info.all.flops)});
  return table.to_string();
}

std::string table_of_scopes(const GraphInfo& info, std::size_t depth) {
  Table table({"scope", "", "nodes", "parameters", "flops", "share", "traffic", "at the peak"}, "llrrrrrr");
  table.add(scope_row("(all)", 1, info.all, info.all));
  for (const ScopeInfo& scope : info.scopes) {
    if (scope.depth > depth) continue;
    const std::string_view own = std::string_view(scope.scope).substr(scope.scope.rfind('/') + 1);
    const std::string indented = std::string(2 * scope.depth - 2, ' ') + excerpt(own.empty() ? "/" : own, 40);
    table.add(scope_row(indented, scope.copies, scope.cost, info.all));
  }
  return table.to_string();
}

std::string summary(const Graph& graph, bool with_memory) {
  const GraphInfo info = info_of(graph);
  return overview(graph, info, with_memory) + "\n" + table_of_ops(info);
}

}  // namespace weft::inspect

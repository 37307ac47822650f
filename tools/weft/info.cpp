#include <fmt/format.h>

#include <memory>

#include "graph/base/json_value.h"
#include "graph/base/quote.h"
#include "graph/leaf.h"
#include "tools/inspect/graph_info.h"
#include "tools/inspect/scope_folding.h"
#include "tools/inspect/summary.h"
#include "tools/weft/commands.h"
#include "tools/weft/compilation.h"
#include "tools/weft/graph_source.h"
#include "tools/weft/output.h"

namespace weft::tool {

using namespace inspect;

namespace {

struct InfoOptions {
  GraphSource source;
  StageOptions stage;
  std::size_t depth = 2;
  bool json = false;
  std::string output;
};

Json json_of(const LeafInfo& leaves) {
  return {{"count", leaves.count}, {"elements", leaves.elements}, {"bytes", leaves.bytes}};
}

void append_cost(Json& json, const CostInfo& cost) {
  json["nodes"] = cost.nodes;
  json["parameters"] = json_of(cost.parameters);
  json["states"] = json_of(cost.states);
  json["flops"] = cost.flops;
  json["traffic_bytes"] = cost.bytes;
  json["peak_bytes"] = cost.peak_bytes;
}

/// Inputs and outputs: names and types.
void append_interface(Json& json, const Graph& graph) {
  Json inputs = Json::list();
  for (const NodeId id : graph.leaves(leaf::input))
    inputs.push_back({{"name", graph.node(id).name}, {"type", graph.type(graph.node(id).results[0]).to_string()}});
  Json outputs = Json::list();
  for (const Output& output : graph.outputs())
    outputs.push_back({{"name", output.name}, {"type", graph.type(output.value).to_string()}});
  json["inputs"] = inputs;
  json["outputs"] = outputs;
  json["updates"] = graph.updates().size();
}

std::string as_json(const Graph& graph, const GraphInfo& info, std::size_t depth) {
  Json json{{"graph", graph.name()}};
  append_interface(json, graph);
  append_cost(json, info.all);
  json["arena"] = {{"bytes", info.arena.bytes},
                   {"lower_bound_bytes", info.arena.lower_bound_bytes},
                   {"naive_bytes", info.arena.naive_bytes},
                   {"peak_node", info.arena.peak}};
  json["scopes"] = Json::list();
  for (const ScopeInfo& scope : info.scopes) {
    if (scope.depth > depth) continue;
    Json row{{"scope", scope.scope}, {"copies", scope.copies}};
    append_cost(row, scope.cost);
    json["scopes"].push_back(row);
  }
  json["ops"] = Json::list();
  for (const OpInfo& op : info.ops) {
    Json row{{"op", op.op}};
    append_cost(row, op.cost);
    json["ops"].push_back(row);
  }
  // Names of text graphs may hold bytes that are no UTF-8, which JSON cannot.
  return json.dump(2) + "\n";
}

std::string as_text(const Graph& graph, const GraphInfo& info, std::size_t depth) {
  std::string text = overview(graph, info, true);
  if (!info.arena.peak.empty())
    text += fmt::format("              (the peak is at {})\n", weft::quoted(info.arena.peak));
  return text + "\n" + table_of_scopes(info, depth) + "\n" + table_of_ops(info);
}

void info(const InfoOptions& options) {
  Graph graph = load_source(options.source);
  bring_to_stage(graph, options.stage);
  const GraphInfo found = info_of(graph);
  write_output(options.output,
               options.json ? as_json(graph, found, options.depth) : as_text(graph, found, options.depth));
}

}  // namespace

void add_info(Program& program) {
  const Command command =
      program.command("info", "What a graph costs: parameters, flops, bytes and memory, by scope and by op");
  const auto options = std::make_shared<InfoOptions>();
  command.option("--depth", options->depth, "How many parts of a scope are told apart; 0: none")
      .between(std::size_t{0}, most_scope_parts)
      .show_default();
  command.flag("--json", options->json, "As JSON, in bytes and operations");
  command.option("-o,--output", options->output, "Where to; otherwise standard output").value("FILE");
  add_stage_options(command, options->stage);
  add_graph_source(command, options->source);
  command.footer(
      "Scopes that repeat with another number are one row: encoder/step* x 19. Each row has all that lies below it.\n"
      "  traffic       bytes of the operands and results of every node, as if there were no cache\n"
      "  at the peak   bytes of the values that live when most of them do\n\n"
      "Examples:\n"
      "  weft info --model nmt --preset small                      the translator's training step as it is declared\n"
      "  weft info graph.json --stage after --depth 3              as it runs on the oneDNN backend\n"
      "  weft info graph.json --json                               the same for other programs");
  command.action([options] { info(*options); });
}

}  // namespace weft::tool

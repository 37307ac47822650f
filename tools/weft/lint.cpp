#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "graph/base/error.h"
#include "graph/base/json_value.h"
#include "graph/base/quote.h"
#include "graph/base/suggestion.h"
#include "tools/inspect/lint_rules.h"
#include "tools/inspect/scope_folding.h"
#include "tools/inspect/table.h"
#include "tools/weft/commands.h"
#include "tools/weft/graph_source.h"
#include "tools/weft/output.h"

namespace weft::tool {

using namespace inspect;

namespace {

struct LintOptions {
  GraphSource source;
  std::vector<std::string> disabled;
  std::vector<std::string> only;
  bool rules = false;
  bool every = false;
  bool json = false;
};

std::string table_of_rules() {
  Table table({"rule", "what it finds"}, "ll");
  for (const LintRule& rule : lint_rules()) table.add({std::string(rule.name), std::string(rule.summary)});
  return table.to_string();
}

void require_known_rules(const std::vector<std::string>& names) {
  std::vector<std::string_view> known;
  for (const LintRule& rule : lint_rules()) known.push_back(rule.name);
  for (const std::string& name : names)
    require(std::ranges::find(known, name) != known.end(), "there is no rule '{}'{}; `weft lint --rules` lists them",
            excerpt(name, 40), suggestion(name, known));
}

bool is_wanted(const LintRule& rule, const LintOptions& options) {
  const auto lists = [&](const std::vector<std::string>& names) {
    return std::ranges::find(names, rule.name) != names.end();
  };
  return !lists(options.disabled) && (options.only.empty() || lists(options.only));
}

std::string line_of(const Graph& graph, const Finding& finding) {
  const Node& node = graph.node(finding.node);
  return fmt::format("{}: {} {}: {}\n", finding.rule, node.op->name, weft::quoted(node.name), finding.message);
}

/// A line a finding; those of one rule about one op in a scope that repeats are one line, with their number.
std::string as_text(const Graph& graph, const std::vector<Finding>& findings, bool every) {
  struct Group {
    std::string line;
    std::string scope;
    std::size_t more = 0;
  };
  const ScopeFolding folding(graph);
  std::vector<Group> groups;
  std::map<std::string, std::size_t> repeated;
  for (const Finding& finding : findings) {
    const Node& node = graph.node(finding.node);
    const std::string scope = folding.folded(node.scope);
    const bool repeats = !every && folding.copies(scope) > 1;
    const std::string key = fmt::format("{}\n{}\n{}", finding.rule, node.op->name, scope);
    if (const auto found = repeated.find(key); repeats && found != repeated.end()) {
      groups[found->second].more += 1;
      continue;
    }
    if (repeats) repeated.emplace(key, groups.size());
    groups.push_back({line_of(graph, finding), scope});
  }
  std::string text;
  for (const Group& group : groups) {
    text += group.line;
    if (group.more > 0) text += fmt::format("  ... and {} more in {}\n", group.more, weft::quoted(group.scope));
  }
  return text;
}

std::string as_json(const Graph& graph, const std::vector<Finding>& findings) {
  Json json{{"graph", graph.name()}, {"findings", Json::list()}};
  for (const Finding& finding : findings) {
    const Node& node = graph.node(finding.node);
    json["findings"].push_back(
        {{"rule", finding.rule}, {"op", node.op->name}, {"node", node.name}, {"message", finding.message}});
  }
  return json.dump(2) + "\n";
}

void lint(const LintOptions& options) {
  if (options.rules) return write_output("", table_of_rules());
  require_known_rules(options.disabled);
  require_known_rules(options.only);
  const Graph graph = load_source(options.source);
  const std::vector<Finding> findings =
      inspect::lint(graph, [&](const LintRule& rule) { return is_wanted(rule, options); });
  write_output("", options.json ? as_json(graph, findings) : as_text(graph, findings, options.every));
  require(findings.empty(), "graph {}: {} finding{}", weft::quoted(graph.name()), findings.size(),
          findings.size() == 1 ? "" : "s");
}

}  // namespace

void add_lint(Program& program) {
  const Command command = program.command("lint", "Find what is legal in a graph and probably not meant");
  const auto options = std::make_shared<LintOptions>();
  const auto add_names = [&](const char* name, std::vector<std::string>& names, const char* help) {
    command.option(name, names, help).value("RULES").comma_separated().one_at_a_time();
  };
  add_names("--disable", options->disabled, "Leave rules out; may be repeated");
  add_names("--only", options->only, "Nothing but these rules; may be repeated");
  command.flag("--rules", options->rules, "List the rules instead");
  command.flag("--every", options->every, "A line for every finding, also those that repeat from step to step");
  command.flag("--json", options->json, "The findings as JSON, all of them");
  add_graph_source(command, options->source);
  command.footer(
      "A line a finding: the rule, the op, the node, both sides of what does not fit, and what to do.\n"
      "Exit status: 0 nothing found, 1 something found (or a bad file), 2 wrong usage.\n\n"
      "Examples:\n"
      "  weft lint graph.json\n"
      "  weft lint graph.json --disable no-update,unused-input     parameters are frozen on purpose\n"
      "  weft lint graph.json --json | jq .findings[].node\n"
      "  weft lint --rules                                         what is looked for");
  command.action([options] { lint(*options); });
}

}  // namespace weft::tool

#include "tools/inspect/explain_page.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "graph/base/json_value.h"
#include "graph/leaf.h"
#include "tools/inspect/pass_picture.h"
#include "tools/inspect/scope_folding.h"
#include "tools/web/page.h"

namespace weft::inspect {
namespace {

Json json_of(const PassHistory& history, std::size_t index) {
  const Stage& stage = history.stages[index];
  Json json{{"pass", index == 0 ? "" : stage.pass->name},
            {"summary", index == 0 ? "" : stage.pass->summary},
            {"changed", stage.changed},
            {"nodes", stage.cost.nodes},
            {"products", stage.cost.products},
            {"kernels", stage.cost.kernels},
            {"flops", stage.cost.flops},
            {"arena_bytes", stage.cost.arena_bytes},
            {"removed_nodes", stage.change.removed},
            {"new_nodes", stage.change.added},
            {"changed_nodes", stage.change.changed}};
  if (!stage.reasons.empty()) json["reasons"] = stage.reasons;
  // Without times, the same graph gives the same page.
  if (stage.cost.median_ms) json["median_ms"] = *stage.cost.median_ms;
  if (stage.cost.median_ms) json["pass_ms"] = 1e3 * stage.seconds;
  return json;
}

/// Strings that repeat, each once, with its index.
class Pool {
 public:
  std::size_t index_of(const std::string& text) {
    const auto [entry, is_new] = index_.emplace(text, texts_.size());
    if (is_new) texts_.push_back(text);
    return entry->second;
  }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::map<std::string, std::size_t> index_;
  std::vector<std::string> texts_;
};

void append_versions(Json& json, const PassHistory& history) {
  std::set<std::string> scopes;
  for (const NodeVersion& version : history.versions) scopes.insert(version.scope);
  const ScopeFolding folding(scopes);
  Pool ops;
  Pool exact;
  Pool folded;
  Json nodes = Json::list();
  Json families = Json::list();
  Json folded_of = Json::list();
  for (const NodeVersion& version : history.versions) {
    const std::size_t op = ops.index_of(std::string(version.op->name));
    if (op == families.size()) families.push_back(version.op->family);
    const std::size_t scope = exact.index_of(version.scope);
    if (scope == folded_of.size()) folded_of.push_back(folded.index_of(folding.folded(version.scope)));
    nodes.push_back(Json::list({version.node.index, op, scope, version.first, version.last, version.line}));
  }
  json["ops"] = ops.texts();
  json["families"] = families;
  json["scopes"] = exact.texts();
  json["folded_of"] = folded_of;
  json["folded"] = folded.texts();
  Json copies = Json::list();
  for (const std::string& scope : folded.texts()) copies.push_back(folding.copies(scope));
  json["copies"] = copies;
  json["nodes"] = nodes;
}

}  // namespace

std::string explain_json(const PassHistory& history) {
  Json json{{"format", "weft-explain"}, {"version", 1}, {"graph", history.graph}, {"stages", Json::list()}};
  for (std::size_t i = 0; i < history.stages.size(); ++i) json["stages"].push_back(json_of(history, i));
  append_versions(json, history);
  return json.dump();
}

std::string explain_page(const PassHistory& history) {
  // The first is of all passes together.
  Json pictures = Json::list({pass_picture(history, 0, history.stages.size() - 1)});
  for (std::size_t i = 1; i < history.stages.size(); ++i)
    pictures.push_back(history.stages[i].changed ? Json(pass_picture(history, i - 1, i)) : Json());
  return web::to_html({.title = fmt::format("What compiling does to {}", history.graph),
                       .styles = {"page.css", "explain.css"},
                       .scripts = {"page.js", "explain.js"},
                       .data = {{"history", explain_json(history)}, {"pictures", pictures.dump()}},
                       .body = "<main id=\"explain\"></main>"});
}

}  // namespace weft::inspect

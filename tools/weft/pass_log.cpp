#include "tools/weft/pass_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "graph/base/counted.h"
#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/number_text.h"
#include "tools/inspect/table.h"
#include "tools/weft/graph_format.h"

namespace weft::tool {

using namespace inspect;

namespace {

bool lists(const std::vector<std::string>& names, const Pass& pass, std::size_t number) {
  return std::ranges::any_of(names, [&](const std::string& name) {
    return name == "all" || name == pass.name || name == std::to_string(number);
  });
}

}  // namespace

void require_known_passes(const PassPrinting& printing) {
  for (const auto* names : {&printing.before, &printing.after})
    for (const std::string& name : *names)
      if (name != "all" && !parse_integer(name)) find_pass(name);
}

PassObserver PassLog::observer() {
  return {.before = [this](const Pass& pass, const Graph& graph) { before(pass, graph); },
          .after = [this](const Pass& pass, const Graph& graph, bool changed,
                          double seconds) { after(pass, graph, changed, seconds); }};
}

void PassLog::before(const Pass& pass, const Graph& graph) {
  entries_.push_back({.pass = pass.name});
  nodes_before_ = graph.node_count();
  bound_before_ = graph.node_bound();
  if (lists(printing_.before, pass, entries_.size())) print(graph, "before", counted(nodes_before_, "node"));
}

void PassLog::after(const Pass& pass, const Graph& graph, bool changed, double seconds) {
  Entry& entry = entries_.back();
  entry.changed = changed;
  entry.seconds = seconds;
  entry.nodes = graph.node_count();
  for (std::uint32_t i = bound_before_; i < graph.node_bound(); ++i) entry.added += graph.alive(NodeId{i}) ? 1 : 0;
  entry.removed = nodes_before_ + entry.added - entry.nodes;
  if (!lists(printing_.after, pass, entries_.size()) && !(printing_.changed && changed)) return;
  print(graph, "after",
        changed ? fmt::format("{}, {} removed, {} new", counted(entry.nodes, "node"), entry.removed, entry.added)
                : counted(entry.nodes, "node") + ", unchanged");
}

void PassLog::print(const Graph& graph, std::string_view when, std::string_view remark) const {
  const std::string text = written(graph, printing_.format);
  const std::string_view pass = entries_.back().pass;
  const std::size_t number = entries_.size();
  if (printing_.folder.empty()) {
    // The remark is a comment of the text form, so that what is printed can be read again.
    const std::string all = fmt::format("{} {} pass {}, {}: {}\n{}", printing_.format == "text" ? "#" : "//", when,
                                        number, pass, remark, text);
    std::fwrite(all.data(), 1, all.size(), stderr);
    return;
  }
  std::filesystem::create_directories(printing_.folder);
  write_file(std::filesystem::path(printing_.folder) /
                 fmt::format("{:02}_{}_{}{}", number, pass, when, extension_of(printing_.format)),
             text);
}

std::string PassLog::table() const {
  Table table({"", "pass", "nodes", "removed", "new", "ms", "share"}, "rlrrrrr");
  double all = 0.0;
  for (const Entry& entry : entries_) all += entry.seconds;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    table.add({std::to_string(i + 1), std::string(entry.pass), std::to_string(entry.nodes),
               std::to_string(entry.removed), std::to_string(entry.added), fmt::format("{:.2f}", 1e3 * entry.seconds),
               fmt::format("{:.1f} %", all > 0.0 ? 100.0 * entry.seconds / all : 0.0)});
  }
  return table.to_string() + fmt::format("\n{}, {:.2f} ms\n", counted(entries_.size(), "pass", "passes"), 1e3 * all);
}

}  // namespace weft::tool

#include "graph/io/dot.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "graph/order.h"

namespace weft {
namespace {

/// "decoder/step3" -> {"decoder", "step3"}; ordered so that a scope stands right before the scopes within it.
using Path = std::vector<std::string_view>;

Path path_of(std::string_view scope) {
  Path path;
  while (!scope.empty()) {
    const std::size_t size = std::min(scope.find('/'), scope.size());
    path.push_back(scope.substr(0, size));
    scope.remove_prefix(std::min(size + 1, scope.size()));
  }
  return path;
}

/// Between double quotes. DOT knows two escapes there: of the quote, and in labels of the backslash.
std::string dot_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n')
      result += "\\n";
    else if (c != '\0')
      result += c;
  }
  return result + '"';
}

std::string_view colour_of(const Op& op) {
  if (&op == &leaf::input) return "#b7e1c0";
  if (&op == &leaf::parameter) return "#fbd3a4";
  if (&op == &leaf::state) return "#d9c8ee";
  if (&op == &leaf::constant) return "#dddddd";
  return "#ffffff";
}

class DotWriter {
 public:
  explicit DotWriter(const Graph& graph) : graph_(graph) {}

  std::string write() {
    put("digraph {} {{\n", dot_string(graph_.name()));
    put("  node [shape=box, style=\"filled,rounded\", fontname=Helvetica, fontsize=11];\n");
    put("  edge [fontname=Helvetica, fontsize=9, color=\"#666666\", fontcolor=\"#666666\"];\n");
    const std::vector<NodeId> order = topological_order(graph_);
    put_scopes(order);
    for (const NodeId id : order) put_edges(id);
    put_outputs();
    for (const Update& update : graph_.updates())
      put("  n{} -> n{} [style=dashed, constraint=false, label=update];\n", graph_.producer(update.value).index,
          graph_.producer(update.variable).index);
    put("}}\n");
    return std::move(dot_);
  }

 private:
  template <typename... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    dot_ += fmt::format(format, std::forward<Args>(args)...);
  }

  /// The nodes, scope by scope: from one scope to the next, the frames that end are closed and those that begin opened.
  void put_scopes(const std::vector<NodeId>& order) {
    std::map<Path, std::vector<NodeId>> members;
    for (const NodeId id : order) members[path_of(graph_.node(id).scope)].push_back(id);
    Path open;
    for (const auto& [path, nodes] : members) {
      const auto common = std::ranges::mismatch(open, path).in1 - open.begin();
      close_frames(open, static_cast<std::size_t>(common));
      while (open.size() < path.size()) open_frame(open, path[open.size()]);
      for (const NodeId id : nodes) put_node(id);
    }
    close_frames(open, 0);
  }

  void open_frame(Path& open, std::string_view scope) {
    open.push_back(scope);
    put("  subgraph cluster_{} {{\n  label={}; style=rounded; color=\"#999999\"; fontname=Helvetica;\n", frames_++,
        dot_string(scope));
  }

  void close_frames(Path& open, std::size_t depth) {
    for (; open.size() > depth; open.pop_back()) put("  }}\n");
  }

  /// The name within its scope, and the op where the name does not tell it.
  void put_node(NodeId id) {
    const Node& node = graph_.node(id);
    std::string_view local = node.name;
    if (!node.scope.empty() && local.starts_with(node.scope + "/")) local.remove_prefix(node.scope.size() + 1);
    std::string label(local);
    if (local != node.op->name) label += fmt::format("\n{}", node.op->name);
    put("  n{} [label={}, fillcolor=\"{}\", tooltip={}];\n", id.index, dot_string(label), colour_of(*node.op),
        dot_string(node.name));
  }

  void put_edges(NodeId id) {
    for (const ValueId operand : graph_.node(id).operands)
      put("  n{} -> n{} [label=\"{}\"];\n", graph_.producer(operand).index, id.index, label_of(operand));
  }

  void put_outputs() {
    for (std::size_t i = 0; i < graph_.outputs().size(); ++i) {
      const Output& output = graph_.outputs()[i];
      put("  output{} [label={}, shape=ellipse, style=bold];\n", i, dot_string(output.name));
      put("  n{} -> output{} [label=\"{}\"];\n", graph_.producer(output.value).index, i, label_of(output.value));
    }
  }

  /// The type; for a node's second result and so on also its number.
  std::string label_of(ValueId id) const {
    const std::size_t index = graph_.result_index(id);
    const std::string type = graph_.type(id).to_string();
    return index == 0 ? type : fmt::format(":{} {}", index, type);
  }

  const Graph& graph_;
  std::string dot_;
  std::size_t frames_ = 0;
};

}  // namespace

std::string to_dot(const Graph& graph) { return DotWriter(graph).write(); }

}  // namespace weft

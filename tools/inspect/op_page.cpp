#include "tools/inspect/op_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/io/text.h"
#include "graph/leaf.h"
#include "ops/case_graph.h"
#include "ops/ops.h"

namespace weft::inspect {
namespace {

constexpr std::string_view origin =
    "<!-- Written by tools/scripts/generate_docs.sh from the ops themselves: edit those. -->\n\n";

/// Plain text as Markdown: its characters stand for themselves.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (std::string_view("\\`*_<>|[]").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string names(const std::vector<std::string_view>& names) {
  std::vector<std::string> quoted;
  for (const std::string_view name : names) quoted.push_back(fmt::format("`{}`", name));
  return quoted.empty() ? "none" : joined(quoted, ", ");
}

std::string attributes_text(const Op& op) {
  if (op.attributes.empty()) return "- Attributes: none\n";
  std::string text = "- Attributes:\n";
  for (const std::string_view attribute : op.attributes) {
    const std::size_t colon = std::min(attribute.find(": "), attribute.size());
    text += fmt::format("  - `{}`{}\n", attribute.substr(0, colon), escaped(attribute.substr(colon)));
  }
  return text;
}

std::string gradient_text(const Op& op) {
  if (op.gradient != nullptr) return "- Gradient: a rule\n";
  if (!op.no_gradient.empty()) return fmt::format("- Gradient: none: {}\n", escaped(op.no_gradient));
  return "- Gradient: that of its decomposition\n";
}

std::string memory_text(const Op& op) {
  if (op.elementwise) return "- In place: the result may be written over any operand of its type\n";
  std::string text;
  for (const auto& [result, operand] : op.in_place)
    if (result < op.results.size() && operand < op.operands.size())  // "..." stands for the others
      text += fmt::format("- In place: `{}` may be written over `{}`\n", op.results[result], op.operands[operand]);
  return text;
}

/// The documented name of an operand or result: those that "..." stands for are numbered.
std::string name_at(const std::vector<std::string_view>& names, std::size_t index) {
  const std::string_view name = names[std::min(index, names.size() - 1)];
  if (!name.ends_with("...")) return std::string(name);
  return fmt::format("{}{}", name.substr(0, name.size() - 3), index + 1 - names.size());
}

/// The node of the op in its first case.
const Node& node_of_case(const Op& op, const Graph& graph) {
  for (const NodeId id : graph.nodes())
    if (graph.node(id).op == &op) return graph.node(id);
  throw InternalError(fmt::format("the first case of {} does not apply it", op.name));
}

/// The node alone, its operands fed under their documented names.
Graph example_graph(const Op& op, const Graph& graph_of_case) {
  const Node& node = node_of_case(op, graph_of_case);
  Graph graph{std::string(op.name)};
  std::vector<Value> operands;
  for (std::size_t i = 0; i < node.operands.size(); ++i) {
    const TensorType& type = graph_of_case.type(node.operands[i]);
    operands.push_back(graph.input(name_at(op.operands, i), type.dtype, type.shape));
  }
  const std::vector<Value> results = graph.add(op, operands, node.attributes, "example");
  for (std::size_t i = 0; i < results.size(); ++i) graph.output(name_at(op.results, i), results[i]);
  return graph;
}

double flops_of(const Op& op, const Graph& graph) {
  if (op.flops == nullptr) return 0.0;
  const Node& node = node_of_case(op, graph);
  std::vector<TensorType> operands;
  std::vector<TensorType> results;
  for (const ValueId operand : node.operands) operands.push_back(graph.type(operand));
  for (const ValueId result : node.results) results.push_back(graph.type(result));
  return op.flops(operands, results, node.attributes);
}

/// The op as its first case applies it, with what it costs there.
std::string example_text(const Op& op) {
  if (op.cases.empty()) return "";
  const Graph example = example_graph(op, case_graph(op, op.cases.front()));
  return fmt::format("- Cost in the example: {} floating-point operations\n\n```\n{}```\n", flops_of(op, example),
                     to_text(example));
}

}  // namespace

std::vector<std::string_view> op_families() {
  std::set<std::string_view> families;
  for (const Op* op : all_ops().ops()) families.insert(op->family);
  return {families.begin(), families.end()};
}

std::string op_section(const Op& op) {
  std::string text = fmt::format("## {}\n\n{}\n\n", op.name, escaped(op.summary));
  if (!is_leaf(op)) text += fmt::format("- Operands: {}\n- Results: {}\n", names(op.operands), names(op.results));
  text += attributes_text(op);
  if (is_leaf(op)) return text;
  text += gradient_text(op);
  if (op.decompose != nullptr)
    text += "- Decomposes into simpler ops where a backend has no kernel of its own for it\n";
  text += memory_text(op);
  text += fmt::format("- Defined in [ops/{0}/{1}.cpp](../../ops/{0}/{1}.cpp)\n", op.family, op.name);
  return text + example_text(op);
}

std::string family_page(std::string_view family) {
  std::string text = fmt::format("# Ops: {}\n\n{}", family, origin);
  bool first = true;
  for (const Op* op : all_ops().ops()) {
    if (op->family != family) continue;
    if (!first) text += "\n";
    first = false;
    text += op_section(*op);
  }
  return text;
}

std::string index_page() {
  std::string text = fmt::format(
      "# Ops\n\n{}All that a graph can be made of, by family. `weft ops NAME` prints the same in a terminal.\n",
      origin);
  for (const std::string_view family : op_families()) {
    text += fmt::format("\n## [{0}]({0}.md)\n\n| op | |\n|---|---|\n", family);
    for (const Op* op : all_ops().ops())
      if (op->family == family)
        text += fmt::format("| [{0}]({1}.md#{0}) | {2} |\n", op->name, family, escaped(op->summary));
  }
  return text;
}

}  // namespace weft::inspect

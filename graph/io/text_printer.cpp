#include <fmt/format.h>

#include <algorithm>

#include "graph/base/joined.h"
#include "graph/base/number_text.h"
#include "graph/base/quote.h"
#include "graph/io/tensor_text.h"
#include "graph/io/text.h"
#include "graph/io/text_grammar.h"
#include "graph/order.h"
#include "graph/scope_name.h"

namespace weft {
namespace {

class Printer {
 public:
  explicit Printer(const Graph& graph, std::string_view indent = {}) : graph_(graph), indent_(indent) {}

  /// From "graph" to the closing brace, the lines but the first one indented.
  std::string print() {
    write("graph {} {{\n", quoted(graph_.name()));
    for (const NodeId id : topological_order(graph_)) {
      write("{}  ", indent_);
      print_node(graph_.node(id));
      write("\n");
    }
    for (const Output& output : graph_.outputs())
      write("{}  output {} = {}\n", indent_, quoted(output.name), use(output.value));
    for (const Update& update : graph_.updates())
      write("{}  update {} = {}\n", indent_, use(update.variable), use(update.value));
    write("{}}}", indent_);
    return std::move(text_);
  }

  std::string print_line(NodeId id) {
    print_node(graph_.node(id));
    return std::move(text_);
  }

 private:
  template <typename... Args>
  void write(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...);
  }

  static std::string name_text(std::string_view name) {
    const bool bare = !name.empty() && std::ranges::all_of(name, is_name_character);
    return bare ? fmt::format("%{}", name) : fmt::format("%{}", quoted(name));
  }

  std::string use(ValueId id) const {
    const std::size_t index = graph_.result_index(id);
    const std::string name = name_text(graph_.node(graph_.producer(id)).name);
    return index == 0 ? name : fmt::format("{}:{}", name, index);
  }

  void print_node(const Node& node) {
    const std::string name = name_text(node.name);
    write("{}", name);
    for (std::size_t i = 0; node.results.size() > 1 && i < node.results.size(); ++i)
      i == 0 ? write(":0") : write(", {}:{}", name, i);
    write(" = {}(", node.op->name);
    for (std::size_t i = 0; i < node.operands.size(); ++i) write("{}{}", i == 0 ? "" : ", ", use(node.operands[i]));
    write(")");
    print_attributes(node.attributes);
    if (node.scope != usual_scope(node.name)) write(" @{}", quoted(node.scope));
    for (std::size_t i = 0; i < node.results.size(); ++i)
      write("{}{}", i == 0 ? " : " : ", ", graph_.type(node.results[i]).to_string());
  }

  void print_attributes(const Attributes& attributes) {
    if (attributes.empty()) return;
    const char* separator = " {";
    for (const auto& [name, attribute] : attributes) {
      const bool bare = !name.empty() && std::ranges::all_of(name, is_word_character);
      write("{}{} = ", std::exchange(separator, ", "), bare ? name : quoted(name));
      std::visit([this](const auto& content) { print_content(content); }, attribute);
    }
    write("}}");
  }

  void print_content(bool content) { write("{}", content); }
  void print_content(std::int64_t content) { write("{}", content); }
  void print_content(double content) { write("{}", number_text(content)); }
  void print_content(const std::string& content) { write("{}", quoted(content)); }
  void print_content(const std::vector<std::int64_t>& content) { write("[{}]", joined(content, ", ")); }

  void print_content(const std::vector<double>& content) {
    if (content.empty()) write("numbers");  // an empty list alone is one of integers
    write("[");
    for (std::size_t i = 0; i < content.size(); ++i) write("{}{}", i == 0 ? "" : ", ", number_text(content[i]));
    write("]");
  }

  void print_content(const std::shared_ptr<const Tensor>& content) {
    write("{} {{", content->type().to_string());
    const std::int64_t elements = is_splat(*content) ? 1 : content->shape().volume();
    for (std::int64_t i = 0; i < elements; ++i) write("{}{}", i == 0 ? "" : ", ", element_text(*content, i));
    write("}}");
  }

  void print_content(const std::shared_ptr<const Graph>& content) {
    const std::string indent = fmt::format("{}    ", indent_);
    write("{}", Printer(*content, indent).print());
  }

  const Graph& graph_;
  std::string_view indent_;
  std::string text_;
};

}  // namespace

std::string to_text(const Graph& graph) { return Printer(graph).print() + "\n"; }

std::string node_text(const Graph& graph, NodeId id) { return Printer(graph).print_line(id); }

}  // namespace weft

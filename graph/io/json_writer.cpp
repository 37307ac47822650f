#include <fmt/format.h>

#include <cmath>

#include "graph/base/joined.h"
#include "graph/base/json_value.h"
#include "graph/base/number_text.h"
#include "graph/base/quote.h"
#include "graph/io/json.h"
#include "graph/io/json_format.h"
#include "graph/io/tensor_text.h"
#include "graph/order.h"

namespace weft {
namespace {

std::string json_string(std::string_view text) {
  require(is_utf8(text), "{} is not UTF-8: JSON cannot hold it; the text form can", quoted(text));
  return Json(text).dump();
}

/// A number or truth value as it is; "inf", "-inf" and "nan", which JSON has no numbers for, between quotes.
std::string json_number(const std::string& text) {
  const bool is_word = text.find("inf") != std::string::npos || text.find("nan") != std::string::npos;
  return is_word ? json_string(text) : text;
}

class Writer {
 public:
  explicit Writer(const Graph& graph) : graph_(graph) {}

  std::string write() {
    put("{{\n\"format\": {},\n\"version\": {},\n", json_string(json_format::name), json_format::version);
    put_members();
    put("}}\n");
    return std::move(json_);
  }

 private:
  void put_members() {
    put("\"name\": {},\n\"nodes\": [", json_string(graph_.name()));
    put_lines(topological_order(graph_), [this](NodeId id) { put_node(graph_.node(id)); });
    put("],\n\"outputs\": [");
    put_lines(graph_.outputs(), [this](const Output& output) {
      put("{{\"name\": {}, \"value\": {}}}", json_string(output.name), reference(output.value));
    });
    put("],\n\"updates\": [");
    put_lines(graph_.updates(), [this](const Update& update) {
      put("{{\"variable\": {}, \"value\": {}}}", reference(update.variable), reference(update.value));
    });
    put("]\n");
  }

  template <typename... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    json_ += fmt::format(format, std::forward<Args>(args)...);
  }

  template <typename Items, typename PutItem>
  void put_lines(const Items& items, const PutItem& put_item) {
    const char* separator = "\n";
    for (const auto& item : items) {
      put("{}  ", std::exchange(separator, ",\n"));
      put_item(item);
    }
    if (!items.empty()) put("\n");
  }

  template <typename Items, typename PutItem>
  void put_list(const Items& items, const PutItem& put_item) {
    put("[");
    const char* separator = "";
    for (const auto& item : items) {
      put("{}", std::exchange(separator, ", "));
      put_item(item);
    }
    put("]");
  }

  std::string reference(ValueId id) const {
    const std::string& name = graph_.node(graph_.producer(id)).name;
    return json_string(json_format::reference(name, graph_.result_index(id)));
  }

  void put_node(const Node& node) {
    put(R"({{"name": {}, "op": {}, "scope": {}, "operands": )", json_string(node.name), json_string(node.op->name),
        json_string(node.scope));
    put_list(node.operands, [this](ValueId operand) { put("{}", reference(operand)); });
    put(", \"attributes\": {{");
    const char* separator = "";
    for (const auto& [name, attribute] : node.attributes) {
      put("{}{}: ", std::exchange(separator, ", "), json_string(name));
      std::visit([this](const auto& content) { put_content(content); }, attribute);
    }
    put("}}, \"results\": ");
    put_list(node.results, [this](ValueId result) { put("{{{}}}", type_members(graph_.type(result))); });
    put("}}");
  }

  static std::string type_members(const TensorType& type) {
    return fmt::format(R"("dtype": "{}", "shape": [{}])", to_string(type.dtype), joined(type.shape.extents(), ", "));
  }

  void put_content(bool content) { put("{}", content); }
  void put_content(std::int64_t content) { put("{}", content); }
  void put_content(const std::string& content) { put("{}", json_string(content)); }
  void put_content(const std::vector<std::int64_t>& content) { put("[{}]", joined(content, ", ")); }
  void put_content(double content) { put("{{\"number\": {}}}", json_number(number_text(content))); }

  void put_content(const std::vector<double>& content) {
    put("{{\"numbers\": ");
    put_list(content, [this](double number) { put("{}", json_number(number_text(number))); });
    put("}}");
  }

  void put_content(const std::shared_ptr<const Tensor>& content) {
    put("{{\"tensor\": {{{}, ", type_members(content->type()));
    if (is_splat(*content)) {
      put("\"splat\": {}}}}}", json_number(element_text(*content, 0)));
      return;
    }
    put("\"elements\": [");
    for (std::int64_t i = 0; i < content->shape().volume(); ++i)
      put("{}{}", i == 0 ? "" : ", ", json_number(element_text(*content, i)));
    put("]}}}}");
  }

  void put_content(const std::shared_ptr<const Graph>& content) {
    Writer body(*content);
    body.put_members();
    put("{{\"graph\": {{\n{}}}}}", body.json_);
  }

  const Graph& graph_;
  std::string json_;
};

}  // namespace

std::string to_json(const Graph& graph) { return Writer(graph).write(); }

}  // namespace weft

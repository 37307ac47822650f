#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <unordered_map>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/joined.h"
#include "graph/base/json_checks.h"
#include "graph/base/json_parse.h"
#include "graph/base/number_text.h"
#include "graph/base/quote.h"
#include "graph/io/json.h"
#include "graph/io/json_format.h"
#include "graph/io/limits.h"
#include "graph/io/tensor_text.h"
#include "graph/io/text.h"
#include "graph/scope_name.h"

namespace weft {
namespace {

using nlohmann::json;

constexpr std::size_t longest_name = 80;  ///< that a message shows

TensorType as_type(const json& object) {
  TensorType type;
  type.dtype = parse_dtype(excerpt(as_string(member(object, "dtype"), "'dtype'"), longest_name));
  const json& shape = as_array(member(object, "shape"), "'shape'");
  require(shape.size() <= Shape::max_rank, "a shape has {} extents, at most {} are supported", shape.size(),
          Shape::max_rank);
  std::vector<std::int64_t> extents;
  for (const json& extent : shape) extents.push_back(as_integer(extent, "an extent"));
  type.shape = Shape(std::span<const std::int64_t>(extents));
  return type;
}

/// The shortest text of the double that JSON's number was read to has the digits that were written, so that reading it
/// as a float rounds once.
std::string element_of(const json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_integer()) return value.dump();
  if (value.is_number_float()) return number_text(value.get<double>());
  return as_string(value, "an element");
}

Attribute as_tensor(const json& object, SplatBudget& splat_budget) {
  require_object(object, "a tensor", {"dtype", "shape", "splat", "elements"});
  const TensorType type = as_type(object);
  require(object.contains("splat") != object.contains("elements"), "a tensor has either 'splat' or 'elements'");
  std::vector<std::string> texts;
  if (object.contains("splat"))
    texts.push_back(element_of(object["splat"]));
  else
    for (const json& element : as_array(object["elements"], "'elements'")) texts.push_back(element_of(element));
  const std::vector<std::string_view> elements(texts.begin(), texts.end());
  return std::make_shared<const Tensor>(tensor_from_text(type, elements, splat_budget));
}

/// The kinds that need no more than their own form, never whether a number is written with a point: other programs
/// drop it.
Attribute as_attribute(const json& value, SplatBudget& splat_budget) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return as_integer(value, "a number outside {\"number\": ...}");
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) {
    std::vector<std::int64_t> integers;
    for (const json& item : value) integers.push_back(as_integer(item, "an item outside {\"numbers\": [...]}"));
    return integers;
  }
  require_object(value, "it", {"number", "numbers", "tensor", "graph"});
  require(value.size() == 1, "it must have one of the keys number, numbers, tensor, graph");
  if (value.contains("number")) return as_number(value["number"], "'number'");
  if (value.contains("tensor")) return as_tensor(value["tensor"], splat_budget);
  std::vector<double> numbers;
  for (const json& item : as_array(value["numbers"], "'numbers'")) numbers.push_back(as_number(item, "an item"));
  return numbers;
}

// ---- The graph.

/// Puts "where: " before the errors of an action, which may speak of names as they stand in the file.
template <typename Action>
auto within(std::string_view where, const Action& action) {
  try {
    return action();
  } catch (const Error& error) {
    constexpr std::size_t longest_message = 1000;
    fail("{}: {}", where, excerpt(error.what(), longest_message));
  }
}

class Reader {
 public:
  /// A body is a graph that is an attribute.
  Reader(const json& document, const OpTable& ops, SplatBudget& splat_budget, bool is_body = false)
      : document_(document), ops_(ops), splat_budget_(splat_budget), is_body_(is_body) {}

  Graph read() {
    if (is_body_)
      require_object(document_, "a body", {"name", "nodes", "outputs", "updates"});
    else
      check_format();
    graph_ = Graph(as_string(member(document_, "name"), "'name'"));
    read_names();
    resolve_operands();
    for (const std::size_t node : order()) build(node);
    read_outputs();
    read_updates();
    return std::move(graph_);
  }

 private:
  /// One result of the node at that place in the list.
  struct Reference {
    std::size_t node = 0;
    std::size_t result = 0;
  };
  struct Draft {
    const json* object = nullptr;
    std::string_view name;
    const Op* op = nullptr;
    std::vector<Reference> operands;
    NodeId built;

    std::string label() const { return fmt::format("{} '{}'", op->name, name); }
  };

  void check_format() const {
    require(document_.is_object(), "the file must hold an object, not {}", document_.type_name());
    const std::string& format = as_string(member(document_, "format"), "'format'");
    require(format == json_format::name, "the format is '{}', '{}' is needed", excerpt(format, longest_name),
            json_format::name);
    const std::int64_t version = as_integer(member(document_, "version"), "'version'");
    require(version == json_format::version, "version {} of the format is not known: this program reads version {}",
            version, json_format::version);
    require_object(document_, "the graph", {"format", "version", "name", "nodes", "outputs", "updates"});
  }

  void read_names() {
    for (const json& object : as_array(member(document_, "nodes"), "'nodes'")) {
      const std::size_t place = drafts_.size();
      Draft draft;
      draft.object = &object;
      within(fmt::format("nodes[{}]", place), [&] {
        require(object.is_object(), "a node must be an object, not {}", object.type_name());
        draft.name = as_string(member(object, "name"), "'name'");
      });
      within(fmt::format("node '{}'", excerpt(draft.name, longest_name)), [&] {
        require_object(object, "a node", {"name", "op", "scope", "operands", "attributes", "results"});
        draft.op = &ops_.get(as_string(member(object, "op"), "'op'"));
        const auto [at, fresh] = places_.emplace(draft.name, place);
        require(fresh, "the name is used twice, by nodes[{}] and nodes[{}]", at->second, place);
      });
      drafts_.push_back(std::move(draft));
    }
  }

  Reference resolve(const json& value) const {
    const std::string& text = as_string(value, "a reference");
    const auto [name, result] = json_format::split_reference(text);
    const auto at = places_.find(name);
    require(at != places_.end(), "there is no node '{}'", excerpt(name, longest_name));
    return {at->second, result};
  }

  void resolve_operands() {
    for (Draft& draft : drafts_) {
      within(draft.label(), [&] {
        if (!draft.object->contains("operands")) return;
        for (const json& operand : as_array((*draft.object)["operands"], "'operands'"))
          within(fmt::format("operand {}", draft.operands.size()), [&] { draft.operands.push_back(resolve(operand)); });
      });
    }
  }

  /// The places of all nodes, operands first, otherwise as they stand: depth-first, without recursion.
  std::vector<std::size_t> order() const {
    enum class Mark : std::uint8_t { unseen, open, done };
    struct Frame {
      std::size_t node;
      std::size_t next_operand;
    };
    std::vector<Mark> marks(drafts_.size());  // all unseen
    std::vector<std::size_t> places;
    std::vector<Frame> stack;
    for (std::size_t root = 0; root < drafts_.size(); ++root) {
      if (marks[root] != Mark::unseen) continue;
      stack.push_back({root, 0});
      while (!stack.empty()) {
        Frame& frame = stack.back();
        const Draft& draft = drafts_[frame.node];
        marks[frame.node] = Mark::open;
        if (frame.next_operand == draft.operands.size()) {
          marks[frame.node] = Mark::done;
          places.push_back(frame.node);
          stack.pop_back();
          continue;
        }
        const std::size_t operand = draft.operands[frame.next_operand++].node;
        require(marks[operand] != Mark::open, "{} depends on itself through '{}': a cycle", drafts_[operand].label(),
                draft.name);
        if (marks[operand] == Mark::unseen) stack.push_back({operand, 0});
      }
    }
    return places;
  }

  Value value(Reference reference) const {
    const Draft& draft = drafts_[reference.node];
    const std::vector<ValueId>& results = graph_.node(draft.built).results;
    require(reference.result < results.size(), "'{}' has {} result{}, there is no :{}", draft.name, results.size(),
            results.size() == 1 ? "" : "s", reference.result);
    return graph_.value(results[reference.result]);
  }

  void build(std::size_t place) {
    Draft& draft = drafts_[place];
    const json& object = *draft.object;
    std::vector<Value> operands;
    Attributes attributes;
    std::vector<TensorType> results;
    std::string scope(usual_scope(draft.name));
    within(draft.label(), [&] {
      for (const Reference& operand : draft.operands)
        within(fmt::format("operand {}", operands.size()), [&] { operands.push_back(value(operand)); });
      if (object.contains("attributes")) attributes = read_attributes(object["attributes"]);
      if (object.contains("scope")) scope = as_string(object["scope"], "'scope'");
      for (const json& result : as_array(member(object, "results"), "'results'"))
        within(fmt::format("result {}", results.size()), [&] {
          require_object(result, "a result", {"dtype", "shape"});
          results.push_back(as_type(result));
        });
    });
    draft.built =
        graph_.restore(*draft.op, operands, std::move(attributes), draft.name, scope, results).at(0).producer();
  }

  Attributes read_attributes(const json& object) {
    Attributes attributes;
    require(object.is_object(), "'attributes' must be an object, not {}", object.type_name());
    require(object.size() <= max_attributes, "a node of more than {} attributes", max_attributes);
    for (const auto& [name, content] : object.items())
      within(fmt::format("attribute '{}'", excerpt(name, longest_name)),
             [&, &name = name, &content = content] { attributes.set(name, read_attribute(content)); });
    return attributes;
  }

  Attribute read_attribute(const json& content) {
    if (!content.is_object() || content.size() != 1 || !content.contains("graph"))
      return as_attribute(content, splat_budget_);
    require(!is_body_, "a graph within a graph's body: bodies nest once");
    return std::make_shared<const Graph>(Reader(content["graph"], ops_, splat_budget_, true).read());
  }

  void read_outputs() {
    if (!document_.contains("outputs")) return;
    std::size_t place = 0;
    for (const json& object : as_array(document_["outputs"], "'outputs'"))
      within(fmt::format("outputs[{}]", place++), [&] {
        require_object(object, "an output", {"name", "value"});
        const std::string& name = as_string(member(object, "name"), "'name'");
        graph_.output(name, within(fmt::format("output '{}'", excerpt(name, longest_name)),
                                   [&] { return value(resolve(member(object, "value"))); }));
      });
  }

  void read_updates() {
    if (!document_.contains("updates")) return;
    std::size_t place = 0;
    for (const json& object : as_array(document_["updates"], "'updates'"))
      within(fmt::format("updates[{}]", place++), [&] {
        require_object(object, "an update", {"variable", "value"});
        graph_.update(value(resolve(member(object, "variable"))), value(resolve(member(object, "value"))));
      });
  }

  const json& document_;
  const OpTable& ops_;
  SplatBudget& splat_budget_;
  bool is_body_;
  Graph graph_;
  std::vector<Draft> drafts_;
  std::unordered_map<std::string_view, std::size_t> places_;
};

}  // namespace

Graph from_json(std::string_view text, const OpTable& ops) {
  // graph, nodes, node, attributes, attribute, and in it once more, then tensor, elements
  constexpr std::size_t deepest = 12;
  return within("graph JSON", [&] {
    const json document = parse_json(text, deepest);
    SplatBudget splat_budget;
    return Reader(document, ops, splat_budget).read();
  });
}

Graph load_graph(const std::filesystem::path& path, const OpTable& ops) {
  constexpr std::uint64_t largest = std::uint64_t{1} << 30;
  const std::string content = read_file(path, largest);
  const std::size_t begin = content.find_first_not_of(" \t\r\n");
  const bool is_json = begin != std::string::npos && content[begin] == '{';
  return within(path.string(), [&] { return is_json ? from_json(content, ops) : parse_text(content, ops); });
}

}  // namespace weft

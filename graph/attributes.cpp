#include "graph/attributes.h"

#include <algorithm>
#include <array>
#include <bit>

#include "graph/graph.h"

namespace weft {
namespace {

/// FNV-1a over bytes: the same on every machine, unlike std::hash.
class Hasher {
 public:
  void add(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) state_ = (state_ ^ bytes[i]) * 0x100000001b3ULL;
  }
  void add(std::string_view text) { add(text.data(), text.size()); }
  std::uint64_t result() const { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

void add_attribute(Hasher& hasher, const Attribute& attribute) {
  const std::size_t kind = attribute.index();
  hasher.add(&kind, sizeof kind);
  std::visit(
      [&hasher](const auto& content) {
        using T = std::decay_t<decltype(content)>;
        if constexpr (std::is_same_v<T, std::string>) {
          hasher.add(content);
        } else if constexpr (std::is_same_v<T, std::shared_ptr<const Tensor>>) {
          hasher.add(content->type().to_string());
          hasher.add(content->bytes().data(), content->bytes().size());
        } else if constexpr (std::is_same_v<T, std::shared_ptr<const Graph>>) {
          for (const NodeId id : content->nodes()) {
            const Node& node = content->node(id);
            hasher.add(node.op->name);
            for (const ValueId operand : node.operands) hasher.add(&operand.index, sizeof operand.index);
            const std::uint64_t attributes = node.attributes.hash();
            hasher.add(&attributes, sizeof attributes);
          }
        } else if constexpr (std::is_arithmetic_v<T>) {
          hasher.add(&content, sizeof content);
        } else {
          hasher.add(content.data(), content.size() * sizeof content[0]);
        }
      },
      attribute);
}

bool same_nodes(const Graph& a, const Graph& b) {
  const auto same_node = [&](NodeId x, NodeId y) {
    const Node& in_a = a.node(x);
    const Node& in_b = b.node(y);
    const auto same_type = [&](ValueId in_first, ValueId in_second) { return a.type(in_first) == b.type(in_second); };
    return in_a.op == in_b.op && in_a.name == in_b.name && in_a.operands == in_b.operands &&
           in_a.attributes == in_b.attributes && std::ranges::equal(in_a.results, in_b.results, same_type);
  };
  const auto same_output = [](const Output& x, const Output& y) { return x.name == y.name && x.value == y.value; };
  const auto same_update = [](const Update& x, const Update& y) {
    return x.variable == y.variable && x.value == y.value;
  };
  return std::ranges::equal(a.nodes(), b.nodes(), same_node) &&
         std::ranges::equal(a.outputs(), b.outputs(), same_output) &&
         std::ranges::equal(a.updates(), b.updates(), same_update);
}

bool equal_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

}  // namespace

std::string_view kind_name(const Attribute& attribute) {
  static constexpr std::array<std::string_view, 8> names{
      "bool", "integer", "number", "string", "list of integers", "list of numbers", "tensor", "graph"};
  return names.at(attribute.index());
}

bool same_content(const Attribute& a, const Attribute& b) {
  if (a.index() != b.index()) return false;
  if (const auto* tensor = std::get_if<std::shared_ptr<const Tensor>>(&a))
    return **tensor == *std::get<std::shared_ptr<const Tensor>>(b);
  if (const auto* graph = std::get_if<std::shared_ptr<const Graph>>(&a))
    return same_nodes(**graph, *std::get<std::shared_ptr<const Graph>>(b));
  if (const auto* number = std::get_if<double>(&a)) return equal_bits(*number, std::get<double>(b));
  if (const auto* numbers = std::get_if<std::vector<double>>(&a))
    return std::ranges::equal(*numbers, std::get<std::vector<double>>(b), equal_bits);
  return a == b;
}

Attributes::Attributes(std::initializer_list<std::pair<std::string, Attribute>> items) {
  for (const auto& [name, attribute] : items) set(name, attribute);
}

const Attribute* Attributes::find(std::string_view name) const {
  const auto at =
      std::ranges::lower_bound(items_, name, {}, [](const auto& item) { return std::string_view(item.first); });
  return at != items_.end() && at->first == name ? &at->second : nullptr;
}

void Attributes::set(std::string name, Attribute attribute) {
  const auto at = std::ranges::lower_bound(items_, name, {}, [](const auto& item) { return item.first; });
  if (at != items_.end() && at->first == name)
    at->second = std::move(attribute);
  else
    items_.emplace(at, std::move(name), std::move(attribute));
}

bool operator==(const Attributes& a, const Attributes& b) {
  return std::ranges::equal(a.items_, b.items_, [](const auto& x, const auto& y) {
    return x.first == y.first && same_content(x.second, y.second);
  });
}

std::uint64_t Attributes::hash() const {
  Hasher hasher;
  for (const auto& [name, attribute] : items_) {
    hasher.add(name);
    add_attribute(hasher, attribute);
  }
  return hasher.result();
}

}  // namespace weft

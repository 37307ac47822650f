#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "graph/base/error.h"
#include "graph/tensor.h"

namespace weft {

class Graph;

/// One attribute of a node: fixed when the graph is built, compared by content. A graph is the body of a node that
/// computes what it says.
using Attribute = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>,
                               std::shared_ptr<const Tensor>, std::shared_ptr<const Graph>>;

/// What an attribute holds, in words: "integer", "list of numbers", ...
std::string_view kind_name(const Attribute& attribute);
/// Equal kinds and equal content; tensors and doubles by their bits, graphs by their nodes in order.
bool same_content(const Attribute& a, const Attribute& b);

/// The attributes of a node, ordered by name.
class Attributes {
 public:
  Attributes() = default;
  Attributes(std::initializer_list<std::pair<std::string, Attribute>> items);

  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// nullptr when there is none of that name.
  const Attribute* find(std::string_view name) const;
  void set(std::string name, Attribute attribute);

  /// The attribute's content. Throws Error when it is missing or of another kind.
  template <typename T>
  const T& get(std::string_view name) const {
    const Attribute* attribute = find(name);
    require(attribute != nullptr, "the attribute '{}' is missing", name);
    const T* content = std::get_if<T>(attribute);
    require(content != nullptr, "the attribute '{}' is of the wrong kind: {} is given", name, kind_name(*attribute));
    return *content;
  }
  /// The attribute's content, or `otherwise` when it is missing.
  template <typename T>
  T get_or(std::string_view name, T otherwise) const {
    return contains(name) ? get<T>(name) : std::move(otherwise);
  }

  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

  friend bool operator==(const Attributes& a, const Attributes& b);
  /// The same for equal attributes, from run to run.
  std::uint64_t hash() const;

 private:
  std::vector<std::pair<std::string, Attribute>> items_;
};

}  // namespace weft

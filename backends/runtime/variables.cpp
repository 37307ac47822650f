#include "backends/runtime/variables.h"

#include <map>

#include "graph/base/error.h"
#include "graph/leaf.h"

namespace weft {

std::vector<VariableDeclaration> declared_variables(const Graph& graph) {
  std::vector<VariableDeclaration> declarations;
  for (const NodeId id : graph.nodes()) {
    const Node& node = graph.node(id);
    if (!is_variable(*node.op)) continue;
    declarations.push_back({node.name,
                            graph.type(node.results[0]),
                            {node.attributes.get_or<std::string>("initializer", "zeros"),
                             node.attributes.get_or<std::vector<double>>("initializer_arguments", {})}});
  }
  return declarations;
}

struct Variables::Storage {
  std::uint64_t seed;
  std::map<std::string, Entry, std::less<>> entries;  // addresses of entries stay
};

Variables::Variables(std::uint64_t seed) : storage_(std::make_unique<Storage>()) { storage_->seed = seed; }

Variables::~Variables() = default;

void Variables::initialise(std::span<const VariableDeclaration> declarations, std::string_view graph) {
  for (const auto& [name, type, initializer] : declarations) {
    const auto at = storage_->entries.find(name);
    if (at == storage_->entries.end()) {
      Tensor content = initial_content(type, initializer, storage_->seed, name);
      Entry& entry = storage_->entries.try_emplace(name).first->second;
      entry.tensor = std::move(content);
      entry.initializer = initializer;
    } else {
      require(at->second.tensor.type() == type, "the variable '{}' is {}, the graph '{}' declares {}", name,
              at->second.tensor.type().to_string(), graph, type.to_string());
      require(at->second.version != Entry::first_version || at->second.initializer == initializer,
              "the variable '{}' is there as {} has made it, the graph '{}' declares {}: declare it alike, or under "
              "another name",
              name, at->second.initializer.to_string(), graph, initializer.to_string());
    }
  }
}

bool Variables::contains(std::string_view name) const {
  return storage_->entries.find(name) != storage_->entries.end();
}

std::vector<std::string> Variables::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : storage_->entries) names.push_back(name);
  return names;
}

Variables::Entry& Variables::entry(std::string_view name) {
  const auto at = storage_->entries.find(name);
  require(at != storage_->entries.end(), "there is no variable '{}' (there are {})", name, storage_->entries.size());
  return at->second;
}

std::string_view Variables::name_of(const Entry& entry) const {
  const auto at = std::ranges::find_if(storage_->entries, [&](const auto& named) { return &named.second == &entry; });
  return at == storage_->entries.end() ? std::string_view() : at->first;
}

const Tensor& Variables::get(std::string_view name) const { return const_cast<Variables*>(this)->entry(name).tensor; }

void Variables::set(std::string_view name, const Tensor& tensor) {
  Entry& variable = entry(name);
  require(variable.tensor.type() == tensor.type(), "the variable '{}' is {}, it is set to {}", name,
          variable.tensor.type().to_string(), tensor.type().to_string());
  require(variable.use.try_write(), "the variable '{}' is set while an execution runs that reads it", name);
  std::ranges::copy(tensor.bytes(), variable.tensor.bytes().begin());
  ++variable.version;
  variable.use.end_write();
}

TensorMap Variables::snapshot() const {
  TensorMap tensors;
  for (const auto& [name, entry] : storage_->entries) tensors.emplace(name, entry.tensor);
  return tensors;
}

}  // namespace weft

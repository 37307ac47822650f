#include "backends/runtime/variables.h"

#include <map>

#include "graph/base/error.h"

namespace weft {

struct Variables::Storage {
  std::uint64_t seed;
  std::map<std::string, Entry, std::less<>> entries;  // addresses of entries stay
};

Variables::Variables(std::uint64_t seed) : storage_(std::make_unique<Storage>()) { storage_->seed = seed; }

Variables::~Variables() = default;

void Variables::initialise(const Graph& graph) {
  for (const NodeId id : graph.nodes()) {
    const Node& node = graph.node(id);
    if (node.op != &leaf::parameter && node.op != &leaf::state) continue;
    const TensorType& type = graph.type(node.results[0]);
    if (const auto at = storage_->entries.find(node.name); at != storage_->entries.end()) {
      require(at->second.tensor.type() == type, "the variable '{}' is {}, the graph '{}' declares {}", node.name,
              at->second.tensor.type().to_string(), graph.name(), type.to_string());
      continue;
    }
    const Initializer initializer{node.attributes.get_or<std::string>("initializer", "zeros"),
                                  node.attributes.get_or<std::vector<double>>("initializer_arguments", {})};
    storage_->entries.try_emplace(node.name).first->second.tensor =
        initial_content(type, initializer, storage_->seed, node.name);
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

const Tensor& Variables::get(std::string_view name) const { return const_cast<Variables*>(this)->entry(name).tensor; }

void Variables::set(std::string_view name, const Tensor& tensor) {
  Entry& variable = entry(name);
  require(variable.tensor.type() == tensor.type(), "the variable '{}' is {}, it is set to {}", name,
          variable.tensor.type().to_string(), tensor.type().to_string());
  std::ranges::copy(tensor.bytes(), variable.tensor.bytes().begin());
  ++variable.version;
}

TensorMap Variables::snapshot() const {
  TensorMap tensors;
  for (const auto& [name, entry] : storage_->entries) tensors.emplace(name, entry.tensor);
  return tensors;
}

}  // namespace weft

#include "models/training/sharded_variables.h"

#include <algorithm>
#include <vector>

#include "graph/base/error.h"

namespace weft {
namespace {

/// Of each process, at once: so that a process that gets nothing needs little memory for it.
constexpr std::size_t most_bytes = std::size_t{1} << 20;

}  // namespace

ShardedVariables::ShardedVariables(const Graph& declared, const Variables& variables, const Communicator& communicator)
    : variables_(&variables), communicator_(&communicator) {
  for (const VariableDeclaration& variable : declared_variables(declared))
    if (variables.get(variable.name).type() != variable.type) types_.emplace(variable.name, variable.type);
}

Tensor ShardedVariables::whole(std::string_view name) const {
  const std::span<const std::byte> shard = variables_->get(name).bytes();
  Tensor whole = communicator_->is_first() ? Tensor(types_.find(name)->second) : Tensor();
  const auto processes = static_cast<std::size_t>(communicator_->size());
  std::vector<std::byte> parts;
  for (std::size_t first = 0; first < shard.size(); first += most_bytes) {
    const std::size_t count = std::min(most_bytes, shard.size() - first);
    parts.resize(processes * count);
    std::ranges::copy(shard.subspan(first, count), parts.begin() + communicator_->rank() * static_cast<int>(count));
    communicator_->all_gather(parts);
    if (!communicator_->is_first()) continue;
    for (std::size_t rank = 0; rank < processes; ++rank) {
      const std::span<std::byte> to =
          whole.bytes().subspan(std::min(whole.bytes().size(), rank * shard.size() + first));
      std::copy_n(parts.begin() + static_cast<std::ptrdiff_t>(rank * count), std::min(count, to.size()), to.begin());
    }
  }
  return whole;
}

Tensor ShardedVariables::shard_of(std::string_view name, const Tensor& whole) const {
  check_invariant(whole.type() == types_.find(name)->second, "'{}' is {}", name, whole.type());
  Tensor shard(variables_->get(name).type());
  const std::span<const std::byte> bytes = whole.bytes();
  const std::size_t first =
      std::min(bytes.size(), shard.bytes().size() * static_cast<std::size_t>(communicator_->rank()));
  std::ranges::copy(bytes.subspan(first, std::min(shard.bytes().size(), bytes.size() - first)), shard.bytes().begin());
  return shard;
}

}  // namespace weft

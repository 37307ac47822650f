#include "models/training/sharded_variables.h"

#include <algorithm>
#include <vector>

#include "graph/base/error.h"

namespace weft {

ShardedVariables::ShardedVariables(const Graph& declared, const Variables& variables, const Communicator& communicator)
    : variables_(&variables), communicator_(&communicator) {
  for (const VariableDeclaration& variable : declared_variables(declared))
    if (variables.get(variable.name).type() != variable.type) types_.emplace(variable.name, variable.type);
}

Tensor ShardedVariables::whole(std::string_view name) const {
  const std::span<const std::byte> shard = variables_->get(name).bytes();
  std::vector<std::byte> shards(shard.size() * static_cast<std::size_t>(communicator_->size()));
  std::ranges::copy(shard, shards.begin() + communicator_->rank() * std::ssize(shard));
  communicator_->all_gather(shards);
  Tensor whole(types_.find(name)->second);
  std::ranges::copy_n(shards.begin(), std::ssize(whole.bytes()), whole.bytes().begin());
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

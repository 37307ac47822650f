#include "models/training/sharded_variables.h"

#include <algorithm>
#include <vector>

#include "backends/runtime/shards.h"
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
  std::vector<std::byte> parts(static_cast<std::size_t>(communicator_->size()) * std::min(most_bytes, shard.size()));
  gather_shards(*communicator_, shard, parts, communicator_->is_first() ? whole.bytes() : std::span<std::byte>());
  return whole;
}

Tensor ShardedVariables::shard_of(std::string_view name, const Tensor& whole) const {
  check_invariant(whole.type() == types_.find(name)->second, "'{}' is {}", name, whole.type());
  Tensor shard(variables_->get(name).type());
  take_shard(whole.bytes(), communicator_->rank(), shard.bytes());
  return shard;
}

}  // namespace weft

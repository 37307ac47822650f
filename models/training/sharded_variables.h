#pragma once

#include <map>
#include <string>
#include <string_view>

#include "backends/runtime/communicator.h"
#include "backends/runtime/variables.h"
#include "ops/ops.h"

namespace weft {

/// The variables of which each process has a shard (the pass shard-updates): what they are as a whole, as checkpoints have
/// them.
class ShardedVariables {
 public:
  /// Those that the graph declares of another type than they are. What is given must live as long.
  ShardedVariables(const Graph& declared, const Variables& variables, const Communicator& communicator);

  bool empty() const { return types_.empty(); }
  /// What is sharded: the names, and the types as a whole.
  const std::map<std::string, TensorType, std::less<>>& types() const { return types_; }

  /// The whole, of the shards of all processes, which all call it; the first one has it, the others have nothing.
  Tensor whole(std::string_view name) const;
  /// This process's shard of a whole.
  Tensor shard_of(std::string_view name, const Tensor& whole) const;

 private:
  const Variables* variables_;
  const Communicator* communicator_;
  std::map<std::string, TensorType, std::less<>> types_;
};

}  // namespace weft

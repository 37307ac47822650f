#include "backends/onednn/loops/collective.h"

#include "graph/base/error.h"

namespace weft::onednn {

std::shared_ptr<const Communicator> one_process() { return {std::shared_ptr<const Communicator>(), &single_process()}; }

Sharding sharding_among(const Node& node, const Communicator& communicator) {
  const Sharding sharding = sharding_of(node.attributes);
  require(sharding.processes == communicator.size(),
          "{} '{}': it is for {} processes, {} run the graph: give each a communicator of as many", node.op->name,
          node.name, sharding.processes, communicator.size());
  return sharding;
}

}  // namespace weft::onednn

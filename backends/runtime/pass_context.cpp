#include "backends/runtime/pass_context.h"

#include "backends/runtime/evaluate.h"

namespace weft {

PassContext pass_context(const Backend& backend, std::optional<std::size_t> memory_budget) {
  return {.runs_whole = [&backend](const Op& op) { return backend.runs_whole(op); },
          .evaluate = [&backend](const Graph& of, NodeId node) { return evaluate_constant_node(of, node, backend); },
          .memory_budget = memory_budget,
          .processes = backend.communicator().size(),
          .communicate = backend.communicates_in(),
          .prefers_channels_last = backend.prefers_channels_last()};
}

}  // namespace weft

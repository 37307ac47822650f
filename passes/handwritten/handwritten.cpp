#include "passes/handwritten/handwritten.h"

#include <unordered_set>

#include "ops/ops.h"
#include "passes/handwritten/attention.h"
#include "passes/handwritten/sigmoid.h"
#include "passes/handwritten/softmax.h"

namespace weft {

// Backwards, so that a softmax within an attention is met as a part of it.
Handwritten find_handwritten(Graph& graph, std::span<const NodeId> nodes, std::span<const std::uint32_t> uses,
                             const std::function<bool(ValueId)>& is_differentiated) {
  Handwritten found;
  std::unordered_set<NodeId> parts;
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const NodeId id = *node;
    if (parts.contains(id)) continue;
    if (auto attention = attention_by_hand(graph, id, uses)) {
      // The op stores all scores for the gradient of a mask: nothing would be gained.
      if (attention->added && is_differentiated(*attention->added)) continue;
      parts.insert(attention->softmax);
      found[id] = [&graph, attention = *std::move(attention)] { return attention_of(graph, attention); };
    } else if (const auto logarithm = log_of_softmax(graph, id, uses)) {
      parts.insert(logarithm->last);
      found[id] = [&graph, form = *logarithm] { return log_softmax(graph.value(form.x), form.axis); };
    } else if (const auto form = softmax_by_hand(graph, id, uses)) {
      found[id] = [&graph, form = *form] { return softmax(graph.value(form.x), form.axis); };
    } else if (const auto log_form = log_softmax_by_hand(graph, id, uses)) {
      found[id] = [&graph, form = *log_form] { return log_softmax(graph.value(form.x), form.axis); };
    } else if (const auto curve = sigmoid_by_hand(graph, id, uses)) {
      found[id] = [&graph, form = *curve] {
        const Value x = graph.value(form.x);
        return form.times_x ? silu(x) : sigmoid(x);
      };
    }
  }
  return found;
}

}  // namespace weft

#include <cmath>
#include <vector>

#include "graph/base/error.h"
#include "models/layers/layers.h"
#include "ops/ops.h"

namespace weft::layers {
namespace {

/// [batch, time, units] -> [batch * heads, time, units / heads].
Value apart(Value x, std::int64_t heads) {
  const Shape& shape = x.shape();
  const Value by_head = transpose(reshape(x, {shape[0], shape[1], heads, shape[2] / heads}), {0, 2, 1, 3});
  return reshape(by_head, {shape[0] * heads, shape[1], shape[2] / heads});
}

/// The way back.
Value together(Value x, std::int64_t heads) {
  const Shape& shape = x.shape();
  const Value by_head = reshape(x, {shape[0] / heads, heads, shape[1], shape[2]});
  return reshape(transpose(by_head, {0, 2, 1, 3}), {shape[0] / heads, shape[1], heads * shape[2]});
}

/// [time, time]: whether the column's step is not behind the row's.
Value causal_mask(Graph& graph, std::int64_t time) {
  const Value steps = iota(graph, time);
  return less_equal(reshape(steps, {1, time}), reshape(steps, {time, 1}));
}

}  // namespace

Value self_attention(Value x, std::string_view name, const AttentionOptions& options, SourceLine where) {
  const std::int64_t heads = options.heads;
  require(x.shape().rank() == 3, "self_attention '{}': x is {}: [batch, time, units] is needed", name, x.type());
  const std::int64_t units = x.shape()[2];
  require(heads > 0 && units % heads == 0, "self_attention '{}': {} units are no multiple of {} heads", name, units,
          heads);
  Graph& graph = x.graph();
  const Graph::Scope scope = graph.scope(name, where);
  const std::vector<Value> parts = split(dense(x, 3 * units, "query_key_value", {}, where), 3, -1);
  const Value query = apart(parts[0], heads);
  const Value key = apart(parts[1], heads);
  const Value value = apart(parts[2], heads);
  Value scores = matmul(query, key, false, true) * (1.0 / std::sqrt(static_cast<double>(units / heads)));
  if (options.causal) scores = select(causal_mask(graph, x.shape()[1]), scores, graph.constant(-1e9, x.dtype()));
  return dense(together(matmul(softmax(scores), value), heads), units, "output", {}, where);
}

Value transformer_block(Value x, std::int64_t hidden, std::string_view name, const AttentionOptions& options,
                        SourceLine where) {
  const Graph::Scope scope = x.graph().scope(name, where);
  x = x + self_attention(layer_norm(x, "attention_norm", where), "attention", options, where);
  const Value inner = gelu(dense(layer_norm(x, "feed_forward_norm", where), hidden, "feed_forward", {}, where));
  return x + dense(inner, x.shape()[2], "feed_forward_output", {}, where);
}

}  // namespace weft::layers

#include <vector>

#include "graph/base/error.h"
#include "models/layers/layers.h"
#include "ops/ops.h"

namespace weft::layers {
namespace {

/// [batch, time, units] -> [batch, heads, time, units / heads].
Value apart(Value x, std::int64_t heads) {
  const Shape& shape = x.shape();
  return transpose(reshape(x, {shape[0], shape[1], heads, shape[2] / heads}), {0, 2, 1, 3});
}

/// The way back.
Value together(Value x) {
  const Shape& shape = x.shape();
  return reshape(transpose(x, {0, 2, 1, 3}), {shape[0], shape[2], shape[1] * shape[3]});
}

/// The places of a sequence's next steps, i32 [steps]; looked up in a table, so that one beyond the capacity is an Error
/// of the run.
Value next_places(const KeyValueCache& cache, std::int64_t steps) {
  Graph& graph = cache.position.graph();
  const Value table = reshape(iota(graph, cache.capacity, DType::f32), {cache.capacity, 1});
  const Value places = reshape(cache.position, {1}) + iota(graph, steps);
  return cast(reshape(weft::embedding(table, places).named("position"), {steps}), DType::i32);
}

/// For each place of a cache, the step of x that belongs there: i32 [capacity]; and whether there is one: bool
/// [capacity, 1]. Where there is none, the step is the nearest.
struct StepsByPlace {
  Value step;
  Value is_new;
};

StepsByPlace steps_by_place(Value places, std::int64_t capacity) {
  const Value step = iota(places.graph(), capacity) - slice(places, 0, 0, 1);
  const Value nearest = clamp(step, 0.0, static_cast<double>(places.shape()[0] - 1));
  return {nearest, reshape(equal(step, nearest), {capacity, 1})};
}

/// What is kept so far, [batch, heads, capacity, units], with x [batch, heads, steps, units] in its places.
Value kept(Value x, const StepsByPlace& steps, std::string_view name) {
  Graph& graph = x.graph();
  const Value before = graph.state(name, {x.dtype(), x.shape().with(2, steps.step.shape()[0])});
  const Value spread = x.shape()[2] == 1 ? x : gather(x, steps.step, 2);
  const Value after = select(steps.is_new, spread, before);
  graph.update(before, after);
  return after;
}

void check(Value x, std::string_view name, const AttentionOptions& options) {
  require(x.shape().rank() == 3, "self_attention '{}': x is {}: [batch, time, units] is needed", name, x.type());
  const std::int64_t units = x.shape()[2];
  require(options.heads > 0 && units % options.heads == 0, "self_attention '{}': {} units are no multiple of {} heads",
          name, units, options.heads);
  const KeyValueCache& cache = options.cache;
  if (!cache.position) return;
  require(cache.position.type() == TensorType{DType::i32, Shape{}} && cache.capacity >= x.shape()[1],
          "self_attention '{}': a cache needs a position of i32[] and a capacity for all steps of x at least: x {}, "
          "position {}, capacity {}",
          name, x.type(), cache.position.type(), cache.capacity);
}

}  // namespace

Value self_attention(Value x, std::string_view name, const AttentionOptions& options, SourceLine where) {
  check(x, name, options);
  Graph& graph = x.graph();
  const Graph::Scope scope = graph.scope(name, where);
  const std::int64_t units = x.shape()[2];
  const KeyValueCache& cache = options.cache;
  const std::vector<Value> parts = split(dense(x, 3 * units, "query_key_value", {}, where), 3, -1);
  Value query = apart(parts[0], options.heads);
  Value key = apart(parts[1], options.heads);
  Value value = apart(parts[2], options.heads);
  const std::int64_t steps = x.shape()[1];
  const Value places = cache.position ? next_places(cache, steps) : iota(graph, steps);
  if (options.rotary) {
    query = rotary_embedding(query, places);
    key = rotary_embedding(key, places);
  }
  ScaledDotProductOptions how{.causal = options.causal, .dropout = options.dropout, .step = options.step};
  if (cache.position) {
    const StepsByPlace by_place = steps_by_place(places, cache.capacity);
    key = kept(key, by_place, "key_cache");
    value = kept(value, by_place, "value_cache");
    how.causal = false;
    how.mask = less_equal(iota(graph, cache.capacity), reshape(places, {steps, 1}));
  }
  return dense(together(scaled_dot_product_attention(query, key, value, how)), units, "output", {}, where);
}

AdditiveAttentionWeights declare_additive_attention(Graph& graph, std::int64_t query_units, std::int64_t value_units,
                                                    std::int64_t units, std::string_view name,
                                                    const Initializer& kernel, DType dtype, SourceLine where) {
  const Graph::Scope scope = graph.scope(name, where);
  const auto matrix = [&](std::string_view of, const Shape& shape) {
    return graph.parameter(of, shape, kernel, dtype, where);
  };
  const auto bias = [&](std::string_view of, std::int64_t size) {
    return graph.parameter(of, {size}, Initializer::zeros(), dtype, where);
  };
  // Braces: evaluated, and so declared, in this order.
  return {matrix("w1", {query_units, units}),
          bias("b1", units),
          matrix("w2", {value_units, units}),
          bias("b2", units),
          matrix("v", {units, 1}),
          bias("bv", 1)};
}

Value transformer_block(Value x, std::int64_t hidden, std::string_view name, const AttentionOptions& options,
                        SourceLine where) {
  const Graph::Scope scope = x.graph().scope(name, where);
  x = x + self_attention(layer_norm(x, "attention_norm", where), "attention", options, where);
  const Value inner = gelu(dense(layer_norm(x, "feed_forward_norm", where), hidden, "feed_forward", {}, where));
  return x + dense(inner, x.shape()[2], "feed_forward_output", {}, where);
}

}  // namespace weft::layers

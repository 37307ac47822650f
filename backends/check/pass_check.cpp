#include "backends/check/pass_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "backends/check/difference.h"
#include "backends/check/interpreter.h"
#include "backends/runtime/variables.h"
#include "graph/base/error.h"
#include "graph/base/random.h"
#include "passes/float_type.h"

namespace weft {
namespace {

/// Variables are moved by numbers from 0 up to this: Adam's second moments must not become negative.
constexpr double largest_move = 0.1;

Tensor draw_input(const TensorType& type, std::string_view name, const PassCheckOptions& options) {
  const CounterRandom random(options.seed, name);
  Tensor tensor(type);
  for (std::int64_t i = 0; i < type.shape.volume(); ++i) {
    const auto index = static_cast<std::uint64_t>(i);
    if (is_float(type.dtype))
      tensor.set_number(i, random.uniform(index, options.low, options.high));
    else if (type.dtype == DType::boolean)
      tensor.set_number(i, std::floor(random.uniform(index, 0.0, 2.0)));
    else
      tensor.set_number(i, std::floor(random.uniform(index, options.integer_low, options.integer_high + 1.0)));
  }
  return tensor;
}

void move(Tensor& variable, std::string_view name, std::uint64_t seed) {
  if (!is_float(variable.dtype())) return;
  const CounterRandom random(seed, fmt::format("move of {}", name));
  for (std::int64_t i = 0; i < variable.shape().volume(); ++i)
    variable.set_number(i, variable.number(i) + random.uniform(static_cast<std::uint64_t>(i), 0.0, largest_move));
}

bool has_number(const TensorMap& tensors) {
  return std::ranges::any_of(tensors, [](const auto& entry) {
    for (std::int64_t i = 0; i < entry.second.shape().volume(); ++i)
      if (!std::isnan(entry.second.number(i))) return true;
    return false;
  });
}

/// Where two tensors of one type differ most, when it is more than allowed; empty when they agree.
std::string difference(const Tensor& before, const Tensor& after, double tolerance) {
  const Difference found = difference_of(before, after, tolerance);
  if (found.off == 0) return "";
  return fmt::format("{} of {} elements are off; the worst, {}, is {} after it and {} before, allowed is {:.2g}",
                     found.off, found.elements, position_text(found.worst, before.shape()), found.actual,
                     found.expected, found.allowed);
}

bool same_node(const Graph& a, const Graph& b, NodeId id) {
  const Node& of_a = a.node(id);
  const Node& of_b = b.node(id);
  return of_a.op == of_b.op && of_a.name == of_b.name && of_a.operands == of_b.operands &&
         of_a.attributes == of_b.attributes && of_a.results == of_b.results &&
         std::ranges::all_of(of_a.results, [&](ValueId result) { return a.type(result) == b.type(result); });
}

/// Whether both have the same nodes, outputs and updates under the same ids.
bool same_graph(const Graph& a, const Graph& b) {
  const auto same_output = [](const Output& x, const Output& y) { return x.name == y.name && x.value == y.value; };
  const auto same_update = [](const Update& x, const Update& y) {
    return x.variable == y.variable && x.value == y.value;
  };
  const std::vector<NodeId> nodes = a.nodes();
  return nodes == b.nodes() && std::ranges::equal(a.outputs(), b.outputs(), same_output) &&
         std::ranges::equal(a.updates(), b.updates(), same_update) &&
         std::ranges::all_of(nodes, [&](NodeId id) { return same_node(a, b, id); });
}

bool has_bf16(const Graph& graph) {
  return std::ranges::any_of(graph.nodes(), [&](NodeId id) {
    return std::ranges::any_of(graph.node(id).results,
                               [&](ValueId result) { return graph.type(result).dtype == DType::bf16; });
  });
}

}  // namespace

PassCheck::PassCheck(const Graph& graph, const Backend& oracle, const PassCheckOptions& options)
    : oracle_(oracle), options_(options) {
  try {
    before_ = results_of(graph);
    graph_ = std::make_shared<const Graph>(graph.clone());
  } catch (const Error& error) {
    fail("the passes cannot be checked on graph '{}' with random inputs: {}", graph.name(), error.what());
  }
  require(before_.empty() || has_number(before_),
          "the passes cannot be checked on graph '{}': it gives nothing but NaN for inputs from {} to {}; try others",
          graph.name(), options.low, options.high);
}

void PassCheck::draw_missing_leaves(const Graph& graph) {
  for (const NodeId id : graph.leaves(leaf::input)) {
    const std::string& name = graph.node(id).name;
    if (!inputs_.contains(name))
      inputs_.emplace(name, draw_input(graph.type(graph.node(id).results[0]), name, options_));
  }
  Variables variables(options_.seed);
  variables.initialise(graph);
  for (auto& [name, tensor] : variables.snapshot())
    if (const auto [at, is_new] = variables_.emplace(name, tensor); is_new) move(at->second, name, options_.seed);
}

TensorMap PassCheck::results_of(const Graph& graph) {
  const Graph in_f64 = with_float_type(graph, DType::f64);
  draw_missing_leaves(in_f64);
  TensorMap variables = variables_;
  TensorMap results;
  for (auto& [name, tensor] : interpret(in_f64, oracle_, inputs_, variables))
    results.emplace(fmt::format("the output '{}'", name), std::move(tensor));
  for (const Update& update : in_f64.updates()) {
    const std::string& name = in_f64.node(in_f64.producer(update.variable)).name;
    results.emplace(fmt::format("the updated variable '{}'", name), variables.at(name));
  }
  return results;
}

void PassCheck::check(const Pass& pass, const Graph& graph) {
  if (same_graph(graph, *graph_)) return;
  TensorMap after;
  try {
    after = results_of(graph);
  } catch (const Error& error) {
    throw InternalError(
        fmt::format("what the pass {} makes of graph '{}' cannot be run: {}", pass.name, graph.name(), error.what()));
  }
  const auto fail_with = [&](const std::string& what) {
    throw InternalError(fmt::format("the pass {} changes what graph '{}' computes: {}", pass.name, graph.name(), what));
  };
  for (const auto& [name, tensor] : after)
    if (!before_.contains(name)) fail_with(fmt::format("{} is new", name));
  for (const auto& [name, tensor] : before_) {
    const auto at = after.find(name);
    if (at == after.end()) fail_with(fmt::format("{} is gone", name));
    if (at->second.type() != tensor.type())
      fail_with(fmt::format("{} is {}, it was {}", name, at->second.type().to_string(), tensor.type().to_string()));
    // An index is where rounding may tip the scales.
    if (pass.rounding > 0.0 && !is_float(tensor.dtype())) continue;
    const double of_type = has_bf16(graph) || has_bf16(*graph_) ? PassCheckOptions::bf16_tolerance : options_.tolerance;
    const double tolerance = std::max({options_.tolerance, of_type, pass.rounding});
    if (const std::string text = difference(tensor, at->second, tolerance); !text.empty())
      fail_with(fmt::format("of {}, {}", name, text));
  }
  graph_ = std::make_shared<const Graph>(graph.clone());
  before_ = std::move(after);
}

PassObserver PassCheck::observer(PassObserver inner) {
  PassObserver observer = inner;
  observer.after = [this, inner = std::move(inner.after)](const Pass& pass, const Graph& graph, bool changed,
                                                          double seconds) {
    if (inner) inner(pass, graph, changed, seconds);
    check(pass, graph);
  };
  return observer;
}

}  // namespace weft

// Reverse-mode differentiation over the graph.
//
//   before                          after
//   %y = mul(%a, %b)                %y = mul(%a, %b)
//   %loss = reduce_sum(%y)          %loss = reduce_sum(%y)
//                                   %gradient/broadcast = broadcast(1)        (cotangent of y)
//                                   %gradient/mul = mul(%gradient/broadcast, %b)   (cotangent of a)
//                                   %gradient/mul_1 = mul(%gradient/broadcast, %a) (cotangent of b)
//
// 1. Mark the values that depend on a parameter ("active") and those that the results depend on; only nodes in both
//    sets are differentiated.
// 2. Put them on a tape in topological order. A node whose op has no rule of its own but a decomposition is replaced on
//    the tape by the decomposition's nodes, recomputed beside it; CSE merges them with the forward ones later. So is
//    what is written by hand although an op does it (attention, whose weights need not be kept then) by that op; the
//    pass `recognise` replaces the forward nodes likewise.
// 3. Walk the tape backwards; each node's rule turns the cotangents of its results into contributions to those of its
//    operands; a value used several times gets the sum of its contributions.

#include "passes/autodiff/autodiff.h"

#include <algorithm>
#include <optional>

#include "graph/base/error.h"
#include "graph/order.h"
#include "ops/ops.h"
#include "passes/handwritten/handwritten.h"

namespace weft {
namespace {

/// A vector indexed by value that grows as values are added to the graph.
template <typename T>
class PerValue {
 public:
  T& operator[](ValueId id) {
    if (id.index >= entries_.size()) entries_.resize(std::max<std::size_t>(id.index + 1, entries_.size() * 2));
    return entries_[id.index];
  }

 private:
  std::vector<T> entries_;
};

std::string gradient_scope(const Node& node) { return node.scope.empty() ? "gradient" : "gradient/" + node.scope; }

class Differentiation {
 public:
  Differentiation(Graph& graph, std::span<const Value> results, std::span<const Value> parameters) : graph_(graph) {
    for (const Value& parameter : parameters) active_[parameter.id()] = true;
    const std::vector<NodeId> order = topological_order(graph);
    const std::vector<bool> wanted = ancestors(order, results);
    std::vector<NodeId> on_path;
    for (const NodeId id : order)
      if (wanted[id.index] && is_active(graph_.node(id))) {
        mark_results(graph_.node(id));
        on_path.push_back(id);
      }
    const Handwritten by_hand = handwritten(on_path, results, parameters);
    for (const NodeId id : on_path) {
      const auto found = by_hand.find(id);
      if (found == by_hand.end())
        record(id);
      else
        expand(id, graph_.node(id).scope, [&] { return std::vector<Value>{found->second()}; });
    }
  }

  void contribute(Value value, Value cotangent) {
    check_invariant(value.type() == cotangent.type(), "a cotangent of type {} for '{}' of type {}", cotangent.type(),
                    graph_.node(value.producer()).name, value.type());
    contributions_[resolve(value.id())].push_back(cotangent);
  }

  void run_backwards() {
    for (auto id = tape_.rbegin(); id != tape_.rend(); ++id) differentiate(*id);
  }

  /// d(results)/d(value), after run_backwards; a null Value when there is none.
  Value gradient_of(ValueId id) { return cotangent_of(resolve(id)); }

 private:
  /// The sum of the contributions to a value; a null Value when there are none.
  Value cotangent_of(ValueId id) {
    std::vector<Value>& parts = contributions_[id];
    if (parts.empty()) return {};
    Value sum = parts.front();
    for (std::size_t i = 1; i < parts.size(); ++i) sum = add(sum, parts[i]);
    parts.assign(1, sum);
    return sum;
  }

  static std::vector<bool> mark(std::size_t size) { return std::vector<bool>(size, false); }

  std::vector<bool> ancestors(const std::vector<NodeId>& order, std::span<const Value> results) const {
    std::vector<bool> wanted = mark(graph_.node_bound());
    for (const Value& result : results) wanted[result.producer().index] = true;
    for (auto id = order.rbegin(); id != order.rend(); ++id)
      if (wanted[id->index])
        for (const ValueId operand : graph_.node(*id).operands) wanted[graph_.producer(operand).index] = true;
    return wanted;
  }

  bool is_active(const Node& node) {
    return std::ranges::any_of(node.operands, [this](ValueId operand) { return static_cast<bool>(active_[operand]); });
  }

  void mark_results(const Node& node) {
    if (node.op->stops_gradient) return;
    for (const ValueId result : node.results) active_[result] = is_float(graph_.type(result).dtype);
  }

  /// What ops can stand for on the tape. A value that gets a cotangent from outside, or whose cotangent is asked for, is
  /// not passed over.
  Handwritten handwritten(std::span<const NodeId> nodes, std::span<const Value> results,
                          std::span<const Value> parameters) {
    std::vector<std::uint32_t> uses = use_counts(graph_);
    for (const Value& result : results) ++uses[result.id().index];
    for (const Value& parameter : parameters) ++uses[parameter.id().index];
    return find_handwritten(graph_, nodes, uses, [this](ValueId value) { return static_cast<bool>(active_[value]); });
  }

  /// Puts an active node on the tape, or what it decomposes into.
  void record(NodeId id) {
    const Node& node = graph_.node(id);
    if (node.op->stops_gradient) return;
    mark_results(node);
    if (node.op->gradient != nullptr || node.op->decompose == nullptr) {
      tape_.push_back(id);
      return;
    }
    expand(id, node.name, [&] {
      std::vector<Value> operands;
      for (const ValueId operand : node.operands) operands.push_back(graph_.value(operand));
      return node.op->decompose(operands, node.attributes);
    });
  }

  /// Puts what `make` appends on the tape in place of the node.
  template <typename Make>
  void expand(NodeId id, const std::string& scope_name, Make make) {
    const Graph::Scope scope = graph_.absolute_scope(scope_name);
    const std::uint32_t first = graph_.node_bound();
    const std::vector<Value> parts = make();
    const std::uint32_t last = graph_.node_bound();
    for (std::uint32_t i = first; i < last; ++i)
      if (is_active(graph_.node(NodeId{i}))) record(NodeId{i});
    for (std::size_t i = 0; i < parts.size(); ++i) stand_in_[graph_.node(id).results[i]] = parts[i].id();
  }

  /// The value that carries the cotangent: a decomposed node's result hands it to its stand-in.
  ValueId resolve(ValueId id) {
    while (stand_in_[id]) id = stand_in_[id];
    return id;
  }

  void differentiate(NodeId id) {
    const Node& node = graph_.node(id);
    const Graph::Scope scope = graph_.absolute_scope(gradient_scope(node));
    std::vector<Value> cotangents;
    for (const ValueId result : node.results) cotangents.push_back(cotangent_of(result));
    if (std::ranges::none_of(cotangents, [](const Value& cotangent) { return static_cast<bool>(cotangent); })) return;
    require(
        node.op->gradient != nullptr,
        "cannot differentiate through {} '{}': the op has no gradient ({}); keep it off the path from the parameters "
        "to the loss",
        node.op->name, node.name, node.op->no_gradient);

    std::vector<bool> needed;
    for (const ValueId operand : node.operands) needed.push_back(active_[operand]);
    const std::vector<Value> gradients = node.op->gradient(GradientContext(graph_, node, cotangents, needed));
    check_invariant(gradients.size() == node.operands.size(), "the gradient of {} has {} entries for {} operands",
                    node.op->name, gradients.size(), node.operands.size());
    for (std::size_t i = 0; i < gradients.size(); ++i)
      if (gradients[i] && needed[i]) contribute(graph_.value(node.operands[i]), gradients[i]);
  }

  Graph& graph_;
  PerValue<char> active_;
  PerValue<ValueId> stand_in_;
  PerValue<std::vector<Value>> contributions_;
  std::vector<NodeId> tape_;
};

void require_of_graph(const Graph& graph, const Value& value, std::string_view what) {
  require(value && &value.graph() == &graph, "gradients: {} is null or of another graph than '{}'", what, graph.name());
}

void require_parameters_of(const Graph& graph, std::span<const Value> parameters) {
  for (const Value& parameter : parameters) {
    require_of_graph(graph, parameter, "a parameter");
    require(is_float(parameter.dtype()), "gradients: '{}' is {}; only floating-point values have gradients",
            parameter.name(), parameter.type());
  }
}

}  // namespace

std::vector<Value> vector_jacobian(Values results, Values cotangents, Values parameters) {
  require(!results.empty() && results.size() == cotangents.size(), "gradients: {} results and {} cotangents are given",
          results.size(), cotangents.size());
  require(static_cast<bool>(results.front()), "gradients: the first result is a null value");
  Graph& graph = results.front().graph();
  for (std::size_t i = 0; i < results.size(); ++i) {
    require_of_graph(graph, results[i], "a result");
    require_of_graph(graph, cotangents[i], "a cotangent");
    require(results[i].type() == cotangents[i].type(), "gradients: '{}' is {}, its cotangent {}", results[i].name(),
            results[i].type(), cotangents[i].type());
  }
  require_parameters_of(graph, parameters);
  Differentiation differentiation(graph, results, parameters);
  for (std::size_t i = 0; i < results.size(); ++i) differentiation.contribute(results[i], cotangents[i]);
  differentiation.run_backwards();

  const Graph::Scope scope = graph.absolute_scope("gradient");
  std::vector<Value> gradients;
  for (const Value& parameter : parameters) {
    const Value gradient = differentiation.gradient_of(parameter.id());
    gradients.push_back(gradient ? gradient : broadcast(graph.constant(0.0, parameter.dtype()), parameter.shape()));
  }
  return gradients;
}

std::vector<Value> gradients(Value loss, Values parameters) {
  require(static_cast<bool>(loss), "gradients: the loss is a null value");
  require(is_float(loss.dtype()) && loss.shape().rank() == 0,
          "gradients: the loss '{}' must be a floating-point scalar, it is {}; reduce it first", loss.name(),
          loss.type());
  Graph& graph = loss.graph();
  require_parameters_of(graph, parameters);  // before the first node is made
  const Graph::Scope scope = graph.absolute_scope("gradient");
  const Value one = graph.constant(1.0, loss.dtype());
  return vector_jacobian(std::span(&loss, 1), std::span(&one, 1), parameters);
}

}  // namespace weft

// The nodes are copied one after another, each with what its operands have become; a few of them are changed on the
// way. When a node cannot be added so (a shape that was changed does not fit), its operands are made to be of the types
// that they were of, and then the node is what it was.

#include "tests/fuzz/mutate_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "graph/base/error.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft::fuzz {
namespace {

constexpr std::int64_t most_mutated_elements = 300;
constexpr std::size_t most_nodes = 300;

class Mutation {
 public:
  Mutation(const Graph& from, Choices& choices) : from_(from), choices_(choices), to_(from.name()) {
    values_.resize(from.value_bound());
  }

  Graph run() && {
    const std::vector<NodeId> order = topological_order(from_);
    for (std::int64_t changes = choices_.pick(1, 4); changes > 0 && !order.empty(); --changes)
      changed_.insert(choices_.one_of(order));
    for (const NodeId id : order) copy(id);
    declare_outputs();
    declare_updates();
    return std::move(to_);
  }

 private:
  bool chance(int percent) { return choices_.chance(percent); }
  template <typename T>
  std::size_t any_index(const std::vector<T>& list) {
    return static_cast<std::size_t>(choices_.pick(0, std::ssize(list) - 1));
  }

  void copy(NodeId id) {
    const Node& node = from_.node(id);
    std::vector<Value> results;
    if (is_leaf(*node.op)) {
      results = {changed_.contains(id) ? changed_leaf(node) : leaf(node, from_.type(node.results[0]))};
    } else {
      if (changed_.contains(id) && to_.node_count() < most_nodes) results = with_results_of(node, changed_node(node));
      if (results.empty()) results = added(*node.op, operands_of(node), node.attributes);
      if (results.empty()) results = as_it_was(node);
    }
    for (std::size_t i = 0; i < node.results.size(); ++i) {
      values_[node.results[i].index] = results[i];
      made_.push_back(results[i]);
    }
  }

  std::vector<Value> operands_of(const Node& node) const {
    std::vector<Value> operands;
    for (const ValueId operand : node.operands) operands.push_back(values_[operand.index]);
    return operands;
  }

  /// The node's results; none when it is no valid node, or a large one.
  std::vector<Value> added(const Op& op, const std::vector<Value>& operands, const Attributes& attributes) {
    std::vector<TensorType> types;
    for (const Value& operand : operands) types.push_back(operand.type());
    try {
      for (const TensorType& result : op.infer(types, attributes))
        if (result.shape.volume() > most_mutated_elements) return {};
      return to_.add(op, operands, attributes);
    } catch (const Error&) {
      return {};
    }
  }

  std::vector<Value> as_it_was(const Node& node) {
    std::vector<Value> operands;
    for (const ValueId operand : node.operands) operands.push_back(fitted(values_[operand.index], from_.type(operand)));
    return to_.add(*node.op, operands, node.attributes);
  }

  /// A value of that type, made of this one where it can be.
  Value fitted(Value value, const TensorType& type) {
    if (value.type() == type) return value;
    if (value.dtype() == type.dtype) {
      if (value.shape().volume() == type.shape.volume()) return reshape(value, type.shape);
      if (broadcasts_to(value.shape(), type.shape)) return broadcast(value, type.shape);
      if (value.shape().volume() > type.shape.volume())
        return reshape(slice(reshape(value, {value.shape().volume()}), 0, 0, type.shape.volume()), type.shape);
    }
    return new_leaf(type);
  }

  // ---- Leaves
  std::string fresh_name(std::string_view kind) {
    for (;;) {
      std::string name = fmt::format("{}{}", kind, fresh_++);
      if (!to_.find(name) && !from_.find(name)) return name;
    }
  }

  Value new_leaf(const TensorType& type) {
    if (!is_float(type.dtype))
      return chance(50) ? to_.constant(content(type)) : to_.input(fresh_name("in"), type.dtype, type.shape);
    switch (choices_.pick(0, 3)) {
      case 0:
        return to_.input(fresh_name("in"), type.dtype, type.shape);
      case 1:
        return to_.parameter(fresh_name("w"), type.shape, initializer(), type.dtype);
      case 2:
        return to_.state(fresh_name("s"), type, initializer());
      default:
        return to_.constant(content(type));
    }
  }

  Initializer initializer() {
    const std::vector<Initializer> initializers{Initializer::zeros(), Initializer::ones(), Initializer::constant(-0.5),
                                                Initializer::uniform(-1.0, 1.0), Initializer::normal(0.0, 0.5)};
    return choices_.one_of(initializers);
  }

  double any_number() {
    static const std::vector<double> numbers{0.0,  -0.0,  1.0,   -1.0, 0.5,      2.0,       -3.25,
                                             1e-3, 100.0, 1e-30, 1e15, INFINITY, -INFINITY, NAN};
    return chance(50) ? choices_.one_of(numbers) : static_cast<double>(choices_.pick(-64, 64)) / 32.0;
  }

  Tensor content(const TensorType& type) {
    Tensor tensor(type);
    const bool splat = chance(30);
    const double all = is_float(type.dtype) ? any_number() : 0.0;
    for (std::int64_t i = 0; i < type.shape.volume(); ++i)
      if (is_float(type.dtype))
        tensor.set_number(i, splat ? all : static_cast<double>(choices_.pick(-64, 64)) / 32.0);
      else
        tensor.set_number(i, static_cast<double>(choices_.pick(0, type.dtype == DType::boolean ? 1 : 2)));
    return tensor;
  }

  Value leaf(const Node& node, const TensorType& type) {
    std::string name = node.name;
    if (to_.find(name)) name = fresh_name("leaf");
    if (node.op == &leaf::constant) {
      const Tensor& tensor = *node.attributes.get<std::shared_ptr<const Tensor>>("value");
      return to_.constant(type == tensor.type() ? tensor : content(type));
    }
    if (node.op == &leaf::input) return to_.input(name, type.dtype, type.shape);
    Initializer of_node{node.attributes.get<std::string>("initializer"),
                        node.attributes.get_or("initializer_arguments", std::vector<double>{})};
    try {
      return node.op == &leaf::parameter ? to_.parameter(name, type.shape, of_node, type.dtype)
                                         : to_.state(name, type, of_node);
    } catch (const Error&) {  // an initializer that needs a matrix
      return to_.state(name, type);
    }
  }

  Value changed_leaf(const Node& node) {
    const TensorType type = from_.type(node.results[0]);
    switch (choices_.pick(0, 3)) {
      case 0:
        return new_leaf(type);
      case 1:
        return to_.constant(content(type));
      default: {
        const TensorType changed{type.dtype, changed_shape(type.shape)};
        return changed.shape.volume() > most_mutated_elements ? leaf(node, type) : leaf(node, changed);
      }
    }
  }

  Shape changed_shape(const Shape& shape) {
    std::vector<std::int64_t> extents(shape.begin(), shape.end());
    const std::int64_t choice = choices_.pick(0, 4);
    if (choice == 0 && extents.size() < 4)
      extents.insert(extents.begin() + choices_.pick(0, std::ssize(extents)), choices_.pick(1, 3));
    else if (choice == 1 && !extents.empty())
      extents.erase(extents.begin() + choices_.pick(0, std::ssize(extents) - 1));
    else if (!extents.empty())
      extents[any_index(extents)] = chance(10) ? choices_.pick(1, 40) : choices_.pick(1, 5);
    return Shape(std::span<const std::int64_t>(extents));
  }

  // ---- Nodes
  Value any() { return choices_.one_of(made_); }

  Value any_of(const TensorType& type) {
    std::vector<Value> fitting;
    for (const Value& value : made_)
      if (value.type() == type) fitting.push_back(value);
    return fitting.empty() || chance(10) ? new_leaf(type) : choices_.one_of(fitting);
  }

  std::vector<Value> changed_node(const Node& node) {
    std::vector<Value> operands = operands_of(node);
    switch (choices_.pick(0, 8)) {
      case 0:  // another operand
      case 1: {
        Value& operand = operands[any_index(operands)];
        operand = chance(80) ? any_of(operand.type()) : any();
      }
        return added(*node.op, operands, node.attributes);
      case 2:  // one value twice
        std::swap(operands.front(), operands.back());
        if (chance(70)) operands[any_index(operands)] = choices_.one_of(operands);
        return added(*node.op, operands, node.attributes);
      case 3:
      case 4:
        return added(*node.op, operands, changed_attributes(node.attributes));
      case 5: {  // another op
        const Op& op = *choices_.one_of(ops_of(operands.size()));
        return added(op, operands, attributes_for(op));
      }
      case 6: {  // one more node behind it
        std::vector<Value> results = added(*node.op, operands, node.attributes);
        if (results.empty()) return results;
        const Op& op = *choices_.one_of(ops_of(1));
        const std::vector<Value> behind = added(op, {results.front()}, attributes_for(op));
        if (!behind.empty() && behind.size() == 1) results.front() = behind.front();
        return results;
      }
      case 7: {  // no node
        std::vector<Value> results;
        for (const ValueId result : node.results)
          results.push_back(fitted(choices_.one_of(operands), from_.type(result)));
        return results;
      }
      default: {  // one operand more or less
        if (chance(50) && operands.size() > 1)
          operands.pop_back();
        else
          operands.push_back(choices_.one_of(operands));
        return added(*node.op, operands, node.attributes);
      }
    }
  }

  /// As many results as the node has, whatever another op or number of operands gives; none when the new ones are none.
  std::vector<Value> with_results_of(const Node& node, std::vector<Value> results) {
    if (results.empty()) return results;
    while (results.size() < node.results.size()) results.push_back(results.front());
    return results;
  }

  /// The ops that may have so many operands.
  static std::vector<const Op*> ops_of(std::size_t count) {
    std::vector<const Op*> ops;
    for (const Op* op : all_ops().ops()) {
      const bool repeats = !op->operands.empty() && op->operands.back().ends_with("...");
      if (!is_leaf(*op) && (repeats ? op->operands.size() <= count + 1 : op->operands.size() == count))
        ops.push_back(op);
    }
    return ops.empty() ? std::vector<const Op*>{&op::concat} : ops;
  }

  /// Those of one of its cases, or such changed.
  Attributes attributes_for(const Op& op) {
    if (op.attributes.empty()) return {};
    Graph graph;
    choices_.one_of(op.cases).build(graph);
    for (const NodeId id : graph.nodes())
      if (graph.node(id).op == &op)
        return chance(50) ? graph.node(id).attributes : changed_attributes(graph.node(id).attributes);
    return {};
  }

  Attributes changed_attributes(const Attributes& attributes) {
    Attributes changed;
    const std::int64_t which =
        attributes.empty() ? 0 : choices_.pick(0, static_cast<std::int64_t>(attributes.size()) - 1);
    std::int64_t index = 0;
    for (const auto& [name, attribute] : attributes)
      changed.set(name, index++ == which
                            ? std::visit([this](const auto& content) { return this->changed(content); }, attribute)
                            : attribute);
    return changed;
  }

  Attribute changed(bool flag) { return !flag; }
  Attribute changed(std::int64_t number) { return chance(80) ? number + choices_.pick(-2, 2) : choices_.pick(-1, 4); }
  Attribute changed(double number) {
    static const std::vector<double> numbers{0.0, 0.5, 0.9, 0.999, 1.0, 1e-7};
    return chance(50) ? choices_.one_of(numbers) : number / 2.0;
  }
  Attribute changed(const std::string& text) {
    static const std::vector<std::string> texts{"",           "dice", "bf16", "int8", "batch_mean",
                                                "token_mean", "bool", "i32",  "f32",  "f64"};
    return chance(90) ? choices_.one_of(texts) : text + "x";
  }
  Attribute changed(std::vector<std::int64_t> numbers) {
    if (numbers.size() > 1 && chance(50)) {
      std::swap(numbers.front(), numbers[static_cast<std::size_t>(choices_.pick(1, std::ssize(numbers) - 1))]);
    } else if (!numbers.empty() && chance(60)) {
      numbers[any_index(numbers)] = choices_.pick(0, 4);
    } else if (!numbers.empty() && chance(50)) {
      numbers.pop_back();
    } else {
      numbers.push_back(choices_.pick(0, 3));
    }
    return numbers;
  }
  Attribute changed(std::vector<double> numbers) {
    numbers.push_back(any_number());
    return numbers;
  }
  Attribute changed(const std::shared_ptr<const Tensor>& tensor) {
    return std::make_shared<const Tensor>(content(tensor->type()));
  }
  Attribute changed(const std::shared_ptr<const Graph>& body) {
    Graph copy = body->clone();
    copy.output("more", copy.value(copy.node(choices_.one_of(copy.nodes())).results[0]));
    return std::make_shared<const Graph>(std::move(copy));
  }

  // ---- Ends
  void declare_outputs() {
    for (const Output& output : from_.outputs())
      if (from_.outputs().size() == 1 || !chance(3)) to_.output(output.name, values_[output.value.index]);
    if (made_.empty() || !chance(20)) return;
    std::string name = "more";
    while (to_.has_output(name)) name += "+";
    to_.output(name, any());
  }

  void declare_updates() {
    for (const Update& update : from_.updates()) {
      const Value variable = values_[update.variable.index];
      const Op* kind = to_.node(variable.producer()).op;
      if (kind != &leaf::parameter && kind != &leaf::state) continue;
      if (std::ranges::any_of(to_.updates(), [&](const Update& other) { return other.variable == variable.id(); }))
        continue;
      to_.update(variable, fitted(values_[update.value.index], variable.type()));
    }
  }

  const Graph& from_;
  Choices& choices_;
  Graph to_;
  std::set<NodeId> changed_;
  std::vector<Value> values_;  ///< what the values of `from_` have become, by index
  std::vector<Value> made_;
  int fresh_ = 0;
};

}  // namespace

Graph mutate_graph(const Graph& graph, Choices& choices) { return Mutation(graph, choices).run(); }

}  // namespace weft::fuzz

#include "graph/verifier.h"

#include <string_view>
#include <unordered_set>

#include "graph/base/error.h"
#include "graph/leaf.h"
#include "graph/order.h"

namespace weft {
namespace {

class Verifier {
 public:
  explicit Verifier(const Graph& graph) : graph_(graph) {}

  void run() {
    for (const NodeId id : graph_.nodes()) check_node(id);
    check_outputs();
    check_updates();
    check_acyclic();
  }

 private:
  bool value_is_alive(ValueId id) const { return id.index < graph_.value_bound() && graph_.alive(graph_.producer(id)); }

  void check_node(NodeId id) {
    const Node& node = graph_.node(id);
    check_invariant(node.op != nullptr, "node '{}' has no op", node.name);
    // So names are unique, too: a name leads to one node only.
    check_invariant(graph_.find(node.name) == id, "{} '{}': another node has the same name", node.op->name, node.name);
    check_operands(node);
    check_results(id, node);
    check_types(node);
  }

  void check_operands(const Node& node) const {
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
      check_invariant(node.operands[i].index < graph_.value_bound(), "{} '{}': operand {} does not exist",
                      node.op->name, node.name, i);
      if (!value_is_alive(node.operands[i]))
        throw InternalError(fmt::format("{} '{}': operand {} '{}' is erased", node.op->name, node.name, i,
                                        graph_.value_name(node.operands[i])));
    }
  }

  void check_results(NodeId id, const Node& node) const {
    check_invariant(!node.results.empty(), "{} '{}' has no results", node.op->name, node.name);
    for (std::size_t i = 0; i < node.results.size(); ++i) {
      const ValueId result = node.results[i];
      check_invariant(
          result.index < graph_.value_bound() && graph_.producer(result) == id && graph_.result_index(result) == i,
          "{} '{}': result {} is not its own", node.op->name, node.name, i);
    }
  }

  void check_types(const Node& node) {
    std::vector<TensorType> inferred;
    try {
      if (is_leaf(*node.op)) {
        require(node.operands.empty() && node.results.size() == 1, "a leaf has no operands and one result");
        require_valid_leaf(*node.op, node.attributes, graph_.type(node.results[0]));
        return;
      }
      operand_types_.clear();
      for (const ValueId operand : node.operands) operand_types_.push_back(graph_.type(operand));
      inferred = node.op->infer(operand_types_, node.attributes);
    } catch (const Error& error) {
      throw InternalError(fmt::format("{} '{}': {}", node.op->name, node.name, error.what()));
    }
    check_invariant(inferred.size() == node.results.size(), "{} '{}': it has {} results, inference says {}",
                    node.op->name, node.name, node.results.size(), inferred.size());
    for (std::size_t i = 0; i < inferred.size(); ++i) {
      const TensorType& type = graph_.type(node.results[i]);
      check_invariant(type == inferred[i], "{} '{}': result {} is {}, inference says {}", node.op->name, node.name, i,
                      type, inferred[i]);
    }
  }

  void check_outputs() const {
    std::unordered_set<std::string_view> names;
    for (const Output& output : graph_.outputs()) {
      check_invariant(value_is_alive(output.value), "output '{}': its value does not exist or is erased", output.name);
      check_invariant(names.insert(output.name).second, "output '{}': another output has the same name", output.name);
    }
  }

  void check_updates() const {
    std::unordered_set<ValueId> variables;
    for (const Update& update : graph_.updates()) {
      check_invariant(value_is_alive(update.variable), "an update's variable does not exist or is erased");
      const Node& variable = graph_.node(graph_.producer(update.variable));
      check_invariant(is_variable(*variable.op),
                      "update '{}': only a parameter or a state can be updated, this is the result of {}",
                      variable.name, variable.op->name);
      check_invariant(value_is_alive(update.value), "update '{}': its value does not exist or is erased",
                      variable.name);
      check_invariant(graph_.type(update.variable) == graph_.type(update.value),
                      "update '{}': types differ: variable {}, value '{}' {}", variable.name,
                      graph_.type(update.variable), graph_.node(graph_.producer(update.value)).name,
                      graph_.type(update.value));
      check_invariant(variables.insert(update.variable).second, "update '{}': it is updated twice", variable.name);
    }
  }

  void check_acyclic() const {
    try {
      topological_order(graph_);
    } catch (const Error& error) {
      throw InternalError(error.what());
    }
  }

  const Graph& graph_;
  std::vector<TensorType> operand_types_;
};

}  // namespace

void verify(const Graph& graph) { Verifier(graph).run(); }

}  // namespace weft

#include "passes/float_type.h"

#include "graph/base/error.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/forms.h"
#include "ops/op_list.h"

namespace weft {
namespace {

class Conversion {
 public:
  Conversion(const Graph& graph, DType dtype) : from_(graph), dtype_(dtype), to_(graph.name()) {
    values_.resize(graph.value_bound());
  }

  Graph run(Updates updates) && {
    for (const NodeId id : topological_order(from_)) copy(from_.node(id));
    for (const Output& output : from_.outputs()) to_.output(output.name, values_[output.value.index]);
    if (updates == Updates::keep)
      for (const Update& update : from_.updates())
        to_.update(values_[update.variable.index], values_[update.value.index]);
    return std::move(to_);
  }

 private:
  DType converted(DType dtype) const { return is_float(dtype) ? dtype_ : dtype; }

  void copy(const Node& node) {
    const Graph::Scope scope = to_.absolute_scope(node.scope);
    const std::vector<Value> results = copy_results(node);
    to_.rename(results.at(0).producer(), node.name);
    for (std::size_t i = 0; i < results.size(); ++i) values_[node.results[i].index] = results[i];
  }

  std::vector<Value> copy_results(const Node& node) {
    if (node.op == &leaf::constant) {
      const Tensor& tensor = constant_value(node);
      return {to_.constant(tensor.converted_to(converted(tensor.dtype())))};
    }
    if (is_leaf(*node.op)) return {copy_leaf(node)};
    std::vector<Value> operands;
    for (const ValueId operand : node.operands) operands.push_back(values_[operand.index]);
    Attributes attributes = node.attributes;
    if (node.op == &op::fusion) {
      const auto& body = node.attributes.get<std::shared_ptr<const Graph>>("body");
      attributes.set("body", std::make_shared<const Graph>(with_float_type(*body, dtype_, Updates::keep)));
    }
    if (node.op == &op::cast) attributes.set("dtype", std::string(to_string(converted(dtype_of_cast(node)))));
    return to_.add(*node.op, operands, std::move(attributes));
  }

  Value copy_leaf(const Node& node) {
    const TensorType& from = from_.type(node.results[0]);
    const TensorType type{converted(from.dtype), from.shape};
    // The leaf's builders put the scope before the name again.
    const std::string name = node.scope.empty() ? node.name : node.name.substr(node.scope.size() + 1);
    if (node.op == &leaf::input) return to_.input(name, type.dtype, type.shape);
    const Initializer initializer{node.attributes.get<std::string>("initializer"),
                                  node.attributes.get_or("initializer_arguments", std::vector<double>{})};
    if (node.op == &leaf::parameter) return to_.parameter(name, type.shape, initializer, type.dtype);
    return to_.state(name, type, initializer);
  }

  const Graph& from_;
  DType dtype_;
  Graph to_;
  std::vector<Value> values_;
};

}  // namespace

Graph with_float_type(const Graph& graph, DType dtype, Updates updates) {
  require(is_float(dtype), "a graph's floating-point values cannot become {}", to_string(dtype));
  return Conversion(graph, dtype).run(updates);
}

}  // namespace weft

#include "backends/check/subgraph.h"

#include <algorithm>
#include <unordered_map>

#include "graph/base/error.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/forms.h"
#include "ops/op_list.h"

namespace weft {
namespace {

class Extraction {
 public:
  Extraction(const Graph& graph, const Subgraph& part) : graph_(graph), part_(part), copy_(graph.name()) {}

  Graph run() {
    find_needed();
    for (const NodeId id : topological_order(graph_)) {
      const Node& node = graph_.node(id);
      for (const ValueId value : node.results)
        if (needed_[value.index] && part_.cuts.contains(value)) add_input(value);
      if (computed_[id.index]) add(id);
    }
    for (const Output& output : part_.outputs) copy_.output(output.name, values_.at(output.value));
    for (const Update& update : part_.updates) copy_.update(values_.at(update.variable), values_.at(update.value));
    return std::move(copy_);
  }

 private:
  /// From the outputs and updates up to leaves and cuts.
  void find_needed() {
    needed_.assign(graph_.value_bound(), false);
    computed_.assign(graph_.node_bound(), false);
    std::vector<ValueId> open;
    for (const Output& output : part_.outputs) open.push_back(output.value);
    for (const Update& update : part_.updates) {
      open.push_back(update.variable);
      open.push_back(update.value);
    }
    while (!open.empty()) {
      const ValueId value = open.back();
      open.pop_back();
      if (needed_[value.index]) continue;
      needed_[value.index] = true;
      if (part_.cuts.contains(value)) continue;
      const NodeId producer = graph_.producer(value);
      if (computed_[producer.index]) continue;
      computed_[producer.index] = true;
      for (const ValueId operand : graph_.node(producer).operands) open.push_back(operand);
    }
  }

  Shape resized(const Shape& shape) const {
    if (!part_.extent) return shape;
    std::vector<std::int64_t> extents(shape.begin(), shape.end());
    for (std::int64_t& extent : extents) extent = part_.extent(extent);
    return Shape(extents);
  }

  TensorType resized(const TensorType& type) const { return {type.dtype, resized(type.shape)}; }

  /// The elements whose indices are within the smaller shape.
  Tensor cropped(const Tensor& tensor) const {
    Tensor smaller(resized(tensor.type()));
    const std::span<const std::int64_t> extents = smaller.shape().extents();
    for (std::int64_t i = 0; i < smaller.shape().volume(); ++i) {
      std::int64_t rest = i;
      std::int64_t from = 0;
      std::int64_t stride = 1;
      for (std::size_t axis = extents.size(); axis-- > 0; rest /= extents[axis]) {
        const std::int64_t whole = tensor.shape().extents()[axis];
        from += std::min(rest % extents[axis], whole - 1) * stride;
        stride *= whole;
      }
      smaller.set_number(i, tensor.number(from));
    }
    return smaller;
  }

  void add_input(ValueId value) {
    std::string name = graph_.value_name(value);
    std::ranges::replace(name, ':', '_');  // of a second result
    const TensorType type = resized(graph_.type(value));
    values_.emplace(value,
                    copy_.restore(leaf::input, {}, {}, name, graph_.node(graph_.producer(value)).scope, {&type, 1})[0]);
  }

  void add(NodeId id) {
    const Node& node = graph_.node(id);
    std::vector<Value> operands;
    std::vector<TensorType> operand_types;
    for (const ValueId operand : node.operands) {
      operands.push_back(values_.at(operand));
      operand_types.push_back(operands.back().type());
    }
    const Op* op = node.op;
    Attributes attributes = resized_attributes(node, operand_types);
    std::vector<TensorType> types;
    if (is_leaf(*node.op)) {
      types.push_back(resized(graph_.type(node.results[0])));
      if (part_.constants.contains(id)) {
        op = &leaf::constant;
        const double number = is_float(types[0].dtype) ? 1.0 : 0.0;
        attributes = {{"value", std::make_shared<const Tensor>(Tensor::full(types[0], number))}};
      }
    } else {
      types = node.op->infer(operand_types, attributes);
    }
    const std::vector<Value> results =
        copy_.restore(*op, operands, std::move(attributes), node.name, node.scope, types);
    for (std::size_t i = 0; i < results.size(); ++i)
      if (!part_.cuts.contains(node.results[i])) values_.emplace(node.results[i], results[i]);
  }

  Attributes resized_attributes(const Node& node, std::span<const TensorType> operands) const {
    Attributes attributes = node.attributes;
    if (!part_.extent) return attributes;
    if (node.op == &leaf::constant)
      attributes.set("value", std::make_shared<const Tensor>(cropped(constant_value(node))));
    if (const Attribute* shape = node.attributes.find("shape"); shape != nullptr)
      attributes.set("shape", resized_shape(*shape));
    for (const char* name : {"vocabulary", "extent", "k"})  // extents of results, under the names that ops give them
      if (const Attribute* extent = node.attributes.find(name); extent != nullptr)
        attributes.set(name, part_.extent(std::get<std::int64_t>(*extent)));
    if (node.op == &op::slice) resize_slice(node, operands[0].shape, attributes);
    return attributes;
  }

  Attribute resized_shape(const Attribute& shape) const {
    std::vector<std::int64_t> extents = std::get<std::vector<std::int64_t>>(shape);
    for (std::int64_t& extent : extents) extent = part_.extent(extent);
    return extents;
  }

  /// The same share of the axis, and one element at least.
  void resize_slice(const Node& node, const Shape& now, Attributes& attributes) const {
    const SliceForm slice = slice_form(node);
    const std::int64_t before = graph_.type(node.operands[0]).shape[slice.axis];
    const std::int64_t extent = now[slice.axis];
    const std::int64_t begin = slice.begin * extent / before;
    const std::int64_t length = (slice.end - slice.begin) * extent / before;
    attributes.set("begin", begin);
    attributes.set("end", begin + std::max<std::int64_t>(1, length));
  }

  const Graph& graph_;
  const Subgraph& part_;
  Graph copy_;
  std::vector<bool> needed_;    // by value index
  std::vector<bool> computed_;  // by node index
  std::unordered_map<ValueId, Value> values_;
};

}  // namespace

Subgraph whole(const Graph& graph) { return {.outputs = graph.outputs(), .updates = graph.updates()}; }

Graph extract(const Graph& graph, const Subgraph& subgraph) { return Extraction(graph, subgraph).run(); }

}  // namespace weft

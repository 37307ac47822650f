// Has matrix products and convolutions take their factors in bf16; they are added in f32, and all else stays in f32. On
// processors with instructions for it, products take half the time.
//
//   before                              after
//   %y = dense(%x, %w, %b)              %x16 = cast(%x) {dtype = "bf16"}
//   %z = matmul(%x, %v)                 %v16 = cast(%v) {dtype = "bf16"}
//                                       %y = dense(%x16, %w, %b)
//                                       %z = matmul(%x16, %v16)
//
// %w is a parameter: kernels round it when they pack it, once an update. What is computed, %x and %v, is cast, once for all
// its readers. What only moves elements on their way to products moves those of the cast
// value, half as many bytes: the cast stands where the value is made, and becomes part of the fusion that makes it.
//
//   %c = concat(%h0, %h1) {axis = 0}    %c16 = concat(%h0_16, %h1_16) {axis = 0}
//
// Left in f32:
// - products with a vector, or of columns by rows: they are bound by memory, and to cast a factor reads and writes it. But
//   not those of one row by a matrix: rows are the examples of a batch, and results do not depend on how many they are
// - convolutions whose channels are no whole blocks of 16: there are no kernels for them that are right and faster
// - products in f64, the reference for what the others come close to

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "graph/order.h"
#include "ops/convolution/windows.h"
#include "ops/forms.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

constexpr std::int64_t channel_block = 16;

class MixedPrecision {
 public:
  explicit MixedPrecision(Graph& graph) : graph_(graph), readers_(graph.value_bound()) {
    for (const NodeId id : graph.nodes())
      for (const ValueId operand : graph.node(id).operands) readers_[operand.index].push_back(id);
    for (const Output& output : graph.outputs()) is_wanted_.insert(output.value);
    for (const Update& update : graph.updates()) is_wanted_.insert(update.value);
  }

  bool run() {
    Rewriter rewriter(graph_);
    for (const NodeId id : topological_order(graph_)) {
      if (!can_lower(graph_.node(id))) continue;
      const Node node = graph_.node(id);
      const Graph::Scope scope = graph_.absolute_scope(node.scope);
      std::vector<Value> operands;
      for (const ValueId operand : node.operands) operands.push_back(graph_.value(operand));
      for (const std::size_t factor : factors_of(node))
        if (!is_rounded_when_packed(node, factor)) operands[factor] = narrow(node.operands[factor]);
      rewriter.replace(id, graph_.add(*node.op, operands, node.attributes, node.op->name));
    }
    return rewriter.finish();
  }

 private:
  static bool is_embedding_product(const Node& node) {
    return node.op == &op::embedding_dense || node.op == &op::embedding_dense_gradient;
  }

  /// Which operands of a product become bf16. The kernel of one by an embedding has it round the rows that it embeds.
  static std::span<const std::size_t> factors_of(const Node& node) {
    static constexpr std::array<std::size_t, 2> both{0, 1};
    static constexpr std::array<std::size_t, 1> kernel{2};
    if (is_embedding_product(node)) return kernel;
    return both;
  }

  /// Whether it is the right factor of a product, and a matrix of weights.
  bool is_rounded_when_packed(const Node& node, std::size_t factor) const {
    const bool is_product = node.op == &op::dense || is_matrix_product(graph_, node);
    return is_product && factor == 1 && graph_.node(graph_.producer(node.operands[1])).op == &leaf::parameter;
  }

  bool can_lower(const Node& node) const {
    if (is_embedding_product(node)) return graph_.type(node.operands[2]).dtype == DType::f32;
    if (is_convolution(*node.op)) return can_lower_convolution(node);
    if (node.op != &op::matmul && node.op != &op::dense) return false;
    const Shape& a = graph_.type(node.operands[0]).shape;
    const Shape& y = graph_.type(node.results[0]).shape;
    if (graph_.type(node.operands[0]).dtype != DType::f32 || y.rank() < 2) return false;
    const bool transpose_a = node.op == &op::matmul && matmul_form(node).transpose_a;
    const std::int64_t m = node.op == &op::dense ? y.volume() / y[-1] : y[-2];
    const bool may_be_row = node.op == &op::dense || y.rank() == 2;
    return (m > 1 || may_be_row) && y[-1] > 1 && a[transpose_a ? -2 : -1] > 1;
  }

  bool can_lower_convolution(const Node& node) const {
    if (graph_.type(node.operands[0]).dtype != DType::f32) return false;
    const Shape& filter = graph_.type(node.op == &op::conv_filter_gradient ? node.results[0] : node.operands[1]).shape;
    const std::int64_t groups = node.attributes.get<std::int64_t>("groups");
    return filter[1] % channel_block == 0 && filter[0] / groups % channel_block == 0;
  }

  /// The value in bf16.
  Value narrow(ValueId value) {
    if (const auto at = narrow_.find(value); at != narrow_.end()) return at->second;
    const Value made = made_narrow(value);
    narrow_.emplace(value, made);
    return made;
  }

  Value made_narrow(ValueId value) {
    const NodeId id = graph_.producer(value);
    const Node node = graph_.node(id);
    const Graph::Scope scope = graph_.absolute_scope(node.scope);
    if (node.op == &op::cast && graph_.type(node.operands[0]).dtype == DType::bf16)
      return graph_.value(node.operands[0]);
    if (!moves(node) || (node.op != &op::reshape && !only_products_read(value)))
      return cast(graph_.value(value), DType::bf16);
    std::vector<Value> operands;
    for (const ValueId operand : node.operands) operands.push_back(narrow(operand));
    return graph_.add(*node.op, operands, node.attributes, node.op->name)[0];
  }

  /// Whether the node's result has elements of its operands alone, no fewer than they have.
  static bool moves(const Node& node) {
    static const std::array movers{&op::reshape, &op::transpose, &op::concat, &op::broadcast, &op::flip};
    return std::ranges::find(movers, node.op) != movers.end();
  }

  /// Whether all that read the value are products that take it in bf16, or what moves it to such ones.
  bool only_products_read(ValueId value) {
    if (is_wanted_.contains(value)) return false;
    const auto at = only_products_.find(value);
    if (at != only_products_.end()) return at->second;
    const bool result = std::ranges::all_of(readers_[value.index], [&](NodeId reader) {
      const Node& node = graph_.node(reader);
      if (moves(node)) return only_products_read(node.results[0]);
      if (!can_lower(node)) return false;
      for (std::size_t operand = 0; operand < node.operands.size(); ++operand)
        if (node.operands[operand] == value && std::ranges::find(factors_of(node), operand) == factors_of(node).end())
          return false;
      return true;
    });
    return only_products_.emplace(value, result).first->second;
  }

  Graph& graph_;
  std::vector<std::vector<NodeId>> readers_;  ///< by value
  std::unordered_set<ValueId> is_wanted_;     ///< outputs and updates
  std::unordered_map<ValueId, Value> narrow_;
  std::unordered_map<ValueId, bool> only_products_;
};

bool run_mixed_precision(Graph& graph, const PassContext&) { return MixedPrecision(graph).run(); }

}  // namespace

const Pass pass::mixed_precision{"mixed-precision",
                                 "has matrix products take their factors in bf16; for --precision bf16",
                                 run_mixed_precision, 0.05};

}  // namespace weft

#include "passes/handwritten/attention.h"

#include <cmath>
#include <limits>
#include <utility>

#include "graph/leaf.h"
#include "ops/forms.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/splat.h"
#include "passes/handwritten/softmax.h"

namespace weft {
namespace {

constexpr double minus_infinity = -std::numeric_limits<double>::infinity();
/// A score as low as that has weight 0 beside one that a product of finite numbers of usual size gives.
constexpr double lowest_score = -1e6;
/// So many nodes there are at most between the first product and the softmax.
constexpr int most_steps = 16;

/// A number that is known without a kernel, as sqrt(64) is.
std::optional<double> number_of(const Graph& graph, ValueId value, int depth = 4) {
  if (const std::optional<double> number = splat(graph, value)) return number;
  const Node& node = graph.node(graph.producer(value));
  if (depth == 0 || node.operands.empty()) return std::nullopt;
  const bool is_view = node.op == &op::broadcast || node.op == &op::reshape;
  if (!is_view && node.op != &op::sqrt && node.op != &op::div && node.op != &op::mul) return std::nullopt;
  const std::optional<double> first = number_of(graph, node.operands[0], depth - 1);
  if (!first || is_view) return first;
  if (node.op == &op::sqrt) return std::sqrt(*first);
  const std::optional<double> second = number_of(graph, node.operands[1], depth - 1);
  if (!second) return std::nullopt;
  return node.op == &op::mul ? *first * *second : *first / *second;
}

class Matcher {
 public:
  Matcher(const Graph& graph, std::span<const std::uint32_t> uses) : graph_(graph), uses_(uses) {}

  std::optional<AttentionByHand> match(NodeId last) {
    const Node& product = graph_.node(last);
    if (product.op != &op::matmul || matmul_form(product).transpose_a) return std::nullopt;
    found_.y = product.results[0];
    found_.value = {product.operands[1], matmul_form(product).transpose_b};
    found_.weights_batch = batch_shape(type(product.operands[0]).shape);
    if (batch_shape(type(found_.y).shape) != found_.weights_batch) return std::nullopt;
    if (!read_weights(product.operands[0]) || !read_masks() || !pays()) return std::nullopt;
    return std::move(found_);
  }

 private:
  const Node& producer(ValueId value) const { return graph_.node(graph_.producer(value)); }
  const TensorType& type(ValueId value) const { return graph_.type(value); }
  bool is_read(ValueId value, std::uint32_t times) const { return uses_[value.index] == times; }

  /// Whether the reshape leaves matrices as they are.
  bool counts_batches(const Node& reshape) const {
    const Shape& from = type(reshape.operands[0]).shape;
    const Shape& to = type(reshape.results[0]).shape;
    return from.rank() >= 2 && to.rank() >= 2 && from[-1] == to[-1] && from[-2] == to[-2];
  }

  /// Without a name for its draws, the op would get one of its own.
  static bool has_stream(const Node& dropout) { return !dropout.attributes.get<std::string>("stream").empty(); }

  // From the second product to the softmax.
  bool read_weights(ValueId value) {
    for (;;) {
      if (const auto softmax = softmax_form(graph_, graph_.producer(value), uses_)) {
        const Shape& shape = type(value).shape;
        if (!is_read(value, 1) || shape.rank() < 2 || softmax->axis + 1 != static_cast<std::int64_t>(shape.rank()))
          return false;
        found_.softmax = softmax->last;
        found_.queries = shape[-2];
        found_.keys = shape[-1];
        return read_scores(softmax->x, softmax->reads_of_x, 1.0, most_steps);
      }
      const Node& node = producer(value);
      if (!is_read(value, 1)) return false;
      if (node.op == &op::dropout && !found_.dropout && has_stream(node))
        found_.dropout = graph_.producer(value);
      else if (node.op != &op::reshape || !counts_batches(node))
        return false;
      value = node.operands[0];
    }
  }

  // From the softmax to the first product. `scale`: what the value is multiplied by behind it.
  bool read_scores(ValueId value, std::uint32_t reads, double scale, int steps) {
    const Node& node = producer(value);
    if (!is_read(value, reads) || steps == 0) return false;
    const auto goes_on = [&](std::size_t operand, double factor) {
      const ValueId next = node.operands[operand];
      return type(next) == type(value) && read_scores(next, 1, scale * factor, steps - 1);
    };
    if (node.op == &op::matmul) return read_product(node, scale);
    if (node.op == &op::reshape) return counts_batches(node) && read_scores(node.operands[0], 1, scale, steps - 1);
    if (node.op == &op::select) return read_choice(node, scale, steps);
    if (node.op == &op::add) return read_sum(node, scale, steps);
    if (node.op != &op::mul && node.op != &op::div) return false;
    if (const auto number = number_of(graph_, node.operands[1]))
      return goes_on(0, node.op == &op::mul ? *number : 1.0 / *number);
    const auto number = node.op == &op::mul ? number_of(graph_, node.operands[0]) : std::nullopt;
    return number && goes_on(1, *number);
  }

  bool read_product(const Node& product, double scale) {
    const MatmulForm form = matmul_form(product);
    found_.query = {product.operands[0], form.transpose_a};
    found_.key = {product.operands[1], !form.transpose_b};
    found_.product_batch = batch_shape(type(product.results[0]).shape);
    if (found_.masks.empty() && !found_.added) found_.batch = found_.product_batch;
    found_.scale = scale;
    return std::isfinite(scale);
  }

  /// Masks are applied to scores whose batches are counted in one way.
  bool is_at_masks(const Node& node) {
    const Shape batch = batch_shape(type(node.results[0]).shape);
    if (found_.masks.empty() && !found_.added) found_.batch = batch;
    return batch == found_.batch;
  }

  // select(within, scores, low) or select(without, low, scores)
  bool read_choice(const Node& node, double scale, int steps) {
    for (const std::size_t side : {1U, 2U}) {
      const std::optional<double> number = number_of(graph_, node.operands[3 - side]);
      if (!number || !is_at_masks(node) || type(node.operands[side]) != type(node.results[0])) continue;
      return add_mask({{node.operands[0], side == 2}, *number * scale}) &&
             read_scores(node.operands[side], 1, scale, steps - 1);
    }
    return false;
  }

  bool add_mask(const AttentionMask& mask) {
    // Not for a NaN, either.
    if (!(mask.outside <= lowest_score)) return false;
    add_parts(mask, most_steps);
    return true;
  }

  /// A mask that is logical_and of two as both of them.
  void add_parts(AttentionMask mask, int steps) {
    const Node& node = producer(mask.within.value);
    if (!mask.within.negated && node.op == &op::select && splat(graph_, node.operands[2]) == 0.0 && steps > 0) {
      for (const std::size_t side : {0U, 1U}) {
        mask.within.value = node.operands[side];
        add_parts(mask, steps - 1);
      }
      return;
    }
    mask.causal = is_causal(graph_, mask.within, found_.queries, found_.keys);
    found_.masks.push_back(mask);
  }

  // add(scores, mask) or add(mask, scores)
  bool read_sum(const Node& node, double scale, int steps) {
    if (!is_at_masks(node)) return false;
    for (const std::size_t side : {0U, 1U}) {
      if (type(node.operands[side]) != type(node.results[0])) continue;
      const AttentionByHand before = found_;
      if (add_sum(node.operands[1 - side], scale) && read_scores(node.operands[side], 1, scale, steps - 1)) return true;
      found_ = before;
    }
    return false;
  }

  bool add_sum(ValueId mask, double scale) {
    if (const auto known = choice_of_numbers(mask, scale)) {
      found_.masks.push_back(*known);
      return true;
    }
    if (scale != 1.0 || found_.added) return false;
    found_.added = mask;
    return true;
  }

  /// A mask that is added as 0 or a low number, where the op has a mask of bool that does the same.
  std::optional<AttentionMask> choice_of_numbers(ValueId mask, double scale) const {
    const Node& node = producer(mask);
    if (node.op == &leaf::constant) return causal_constant(mask, scale);
    if (node.op == &op::mul) return causal_product(node, scale);
    if (node.op != &op::select) return std::nullopt;
    const std::optional<double> yes = number_of(graph_, node.operands[1]);
    const std::optional<double> no = number_of(graph_, node.operands[2]);
    if (!yes || !no || (*yes != 0.0 && *no != 0.0)) return std::nullopt;
    const MaskForm within{node.operands[0], *yes != 0.0};
    const double outside = (*yes + *no) * scale;
    const bool causal = is_causal(graph_, within, found_.queries, found_.keys);
    if (!(outside <= lowest_score) || (!causal && outside != minus_infinity)) return std::nullopt;
    return AttentionMask{within, outside, true, causal};
  }

  /// (1 - past) low, with `past` of bool as numbers.
  std::optional<AttentionMask> causal_product(const Node& product, double scale) const {
    for (const std::size_t side : {0U, 1U}) {
      const std::optional<double> low = number_of(graph_, product.operands[1 - side]);
      const Node& difference = producer(product.operands[side]);
      if (!low || difference.op != &op::sub || splat(graph_, difference.operands[0]) != 1.0) continue;
      const Node& cast = producer(difference.operands[1]);
      if (cast.op != &op::cast || type(cast.operands[0]).dtype != DType::boolean) continue;
      const MaskForm past{cast.operands[0]};
      // 0 times infinity would be no number.
      const double outside = *low * scale;
      if (outside <= lowest_score && std::isfinite(outside) && is_causal(graph_, past, found_.queries, found_.keys))
        return AttentionMask{past, outside, true, true};
    }
    return std::nullopt;
  }

  /// 0 up to the query's place, and low numbers behind it.
  std::optional<AttentionMask> causal_constant(ValueId mask, double scale) const {
    if (!is_causal(graph_, {mask, true}, found_.queries, found_.keys)) return std::nullopt;
    const Tensor& numbers = constant_value(producer(mask));
    double outside = minus_infinity;
    for (std::int64_t i = 0; i < numbers.shape().volume(); ++i) {
      const double number = numbers.number(i) * scale;
      if (numbers.number(i) == 0.0) continue;
      if (!(number <= lowest_score)) return std::nullopt;
      outside = std::max(outside, number);
    }
    return AttentionMask{{mask, true}, outside, true, true};
  }

  /// Whether the op has the masks. Where nothing that is low is finite, a query that attends to nothing is NaN by hand,
  /// and the op may give what it likes. Of a causal mask alone there is no such query.
  bool read_masks() {
    bool is_infinite = true;
    bool is_chosen = true;
    for (const AttentionMask& mask : found_.masks) {
      is_infinite &= mask.outside == minus_infinity;
      is_chosen &= !mask.adds && mask.outside == found_.masks.front().outside;
    }
    std::vector<AttentionMask> others;
    for (const AttentionMask& mask : found_.masks)
      if (!mask.causal) others.push_back(mask);
    const bool has_causal = others.size() < found_.masks.size();
    if (found_.added) {
      found_.causal = has_causal;
      return others.empty() && (is_infinite || !has_causal);
    }
    if (others.empty() || is_infinite) {
      found_.causal = has_causal;
      found_.masks = std::move(others);
      return true;
    }
    // A query that attends to nothing has the same weight for all keys, which attention_of sees to.
    return is_chosen;
  }

  /// The op copies keys and values, and saves two arrays of scores; with fewer of these, products are faster.
  bool pays() const {
    const auto columns = [&](const AttentionMatrices& of) { return type(of.value).shape[of.transposed ? -2 : -1]; };
    return 2 * found_.queries >= columns(found_.key) + columns(found_.value);
  }

  const Graph& graph_;
  std::span<const std::uint32_t> uses_;
  AttentionByHand found_;
};

Shape with_batch(const Shape& batch, const Shape& matrix) {
  return batch.inserted(batch.rank(), matrix[-2]).inserted(batch.rank() + 1, matrix[-1]);
}

Value with_shape(Value x, const Shape& shape) { return x.shape() == shape ? x : reshape(x, shape); }

Value transposed_matrices(Value x) {
  std::vector<std::int64_t> axes;
  for (std::size_t axis = 0; axis < x.shape().rank(); ++axis) axes.push_back(static_cast<std::int64_t>(axis));
  std::swap(axes[axes.size() - 2], axes.back());
  return transpose(x, axes);
}

/// The operand with a matrix for each of the product's batches, counted as the op does.
Value matrices_of(Graph& graph, const AttentionMatrices& of, const Shape& batch_of_product, const Shape& batch) {
  Value x = graph.value(of.value);
  if (of.transposed) x = transposed_matrices(x);
  const Shape full = with_batch(batch_of_product, x.shape());
  if (x.shape() != full) x = broadcast(x, full);
  return with_shape(x, with_batch(batch, x.shape()));
}

/// All masks of bool as one; a null value when there is none.
Value within_all(Graph& graph, const std::vector<AttentionMask>& masks) {
  Value all;
  for (const AttentionMask& mask : masks) {
    Value within = graph.value(mask.within.value);
    if (mask.within.negated) within = logical_not(within);
    all = all ? logical_and(all, within) : within;
  }
  return all;
}

}  // namespace

std::optional<AttentionByHand> attention_by_hand(const Graph& graph, NodeId last, std::span<const std::uint32_t> uses) {
  return Matcher(graph, uses).match(last);
}

Value attention_of(Graph& graph, const AttentionByHand& of) {
  const Value y = graph.value(of.y);
  Value query = matrices_of(graph, of.query, of.product_batch, of.batch);
  const Value key = matrices_of(graph, of.key, of.product_batch, of.batch);
  const Value value = matrices_of(graph, of.value, of.weights_batch, of.batch);
  ScaledDotProductOptions options{.causal = of.causal, .scale = of.scale};
  options.mask = of.added ? graph.value(*of.added) : within_all(graph, of.masks);
  if (!of.added && !of.masks.empty() && of.masks.front().outside != minus_infinity) {
    // Scores that are all the same are all 0, and nothing is masked.
    const Value mask = options.mask.shape().rank() == 0 ? reshape(options.mask, {1}) : options.mask;
    const Value attends = reduce_any(mask, {-1}, true);
    query = select(attends, query, graph.constant(0.0, query.dtype()));
    options.mask = logical_or(mask, logical_not(attends));
  }
  if (of.dropout) {
    const Node& dropout = graph.node(*of.dropout);
    options.dropout = {.rate = dropout.attributes.get<double>("rate"),
                       .seed = static_cast<std::uint64_t>(dropout.attributes.get<std::int64_t>("seed")),
                       .stream = dropout.attributes.get<std::string>("stream")};
    options.step = graph.value(dropout.operands[1]);
  }
  return with_shape(scaled_dot_product_attention(query, key, value, options), y.shape());
}

}  // namespace weft

#include "tests/fuzz/rounding_oracle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>

#include "backends/check/difference.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/evaluate.h"
#include "backends/runtime/pass_context.h"
#include "graph/base/random.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/matrix/int8.h"
#include "ops/op_list.h"
#include "passes/float_type.h"
#include "passes/pipeline.h"

namespace weft::fuzz {
namespace {

constexpr std::size_t samples = 6;
/// How far roundings in a type move what is rounded.
struct Rounding {
  double unit;         ///< of a number, at most
  double least_noise;  ///< denormal numbers have fewer digits
  double operand = 2.0 * unit;
  /// Elementary functions are within 3 units in the last place. No multiple of the operands', whose noise it would
  /// take back in a square.
  double result = 5.0 * unit;
};

Rounding rounding_in(DType floats) {
  if (floats == DType::f64) return {.unit = 0x1p-53, .least_noise = 1e-300};
  return {.unit = 0x1p-24, .least_noise = 1e-37};
}
/// How much further than the samples rounding may go.
constexpr double margin = 8.0;
/// A finite number above it may be an infinity in float32.
constexpr double largest = 1e36;
/// Likewise its square, within a kernel.
constexpr double largest_inside = 1e18;

/// The exact value, and the samples.
using Ensemble = std::array<Tensor, samples + 1>;

struct Traced {
  Ensemble tensors;
  bool decided = true;  ///< false: rounding decided something on the way
};

/// Kernels that multiply what they are given by what they make on the way: gates, probabilities, differences from one,
/// of which some may be zero in float32 that are not in float64; or by the zeros around a picture.
bool multiplies_inside(const Op& op) {
  return &op == &op::gru_gates || &op == &op::lstm_gates || &op == &op::gru_gates_gradient ||
         &op == &op::lstm_gates_gradient || &op == &op::additive_scores_gradient ||
         &op == &op::masked_cross_entropy_gradient || &op == &op::scaled_dot_product_attention ||
         &op == &op::scaled_dot_product_attention_gradient || &op == &op::ctc_loss_gradient || &op == &op::conv ||
         &op == &op::conv_input_gradient || &op == &op::conv_filter_gradient;
}

/// Ops that move or choose elements, and do not round; or nothing but their result, once.
bool is_exact(const Op& op) {
  static const std::set<const Op*> exact{
      &op::neg,       &op::relu,      &op::select,        &op::slice,     &op::concat,     &op::pad,     &op::reshape,
      &op::transpose, &op::broadcast, &op::flip,          &op::embedding, &op::reduce_max, &op::equal,   &op::less,
      &op::argmax,    &op::abs,       &op::sign,          &op::floor,     &op::round,      &op::minimum, &op::maximum,
      &op::cast,      &op::remainder, &op::sequence_mask, &op::gather,    &op::top_k};
  return exact.contains(&op);
}

/// Each number by half the noise to all of it: equal steps of two factors would take each other back.
void move(Tensor& tensor, double noise, double least_noise, const CounterRandom& random) {
  if (!is_float(tensor.dtype())) return;
  for (std::int64_t i = 0; i < tensor.shape().volume(); ++i) {
    const double number = tensor.number(i);
    if (number == 0.0 || !std::isfinite(number)) continue;
    const double part = 0.5 + 0.5 * random.unit(static_cast<std::uint64_t>(i));
    const double step = part * (std::abs(number) * noise + least_noise);
    tensor.set_number(i, (random.bits(static_cast<std::uint64_t>(i)) & 1U) != 0U ? number + step : number - step);
  }
}

double largest_finite(const Tensor& tensor) {
  double found = 0.0;
  for (std::int64_t i = 0; is_float(tensor.dtype()) && i < tensor.shape().volume(); ++i)
    if (const double number = std::abs(tensor.number(i)); std::isfinite(number)) found = std::max(found, number);
  return found;
}

bool all_finite(const Tensor& tensor) {
  for (std::int64_t i = 0; is_float(tensor.dtype()) && i < tensor.shape().volume(); ++i)
    if (!std::isfinite(tensor.number(i))) return false;
  return true;
}

/// Whether a and b are so near each other that rounding could exchange them. `at`: of sample k's difference.
template <typename DifferenceOf>
bool is_tie(const DifferenceOf& at) {
  const double exact = at(0);
  double moved = 0.0;
  for (std::size_t k = 1; k <= samples; ++k) {
    if (std::isnan(exact) != std::isnan(at(k))) return true;
    if (!std::isnan(exact) && exact != at(k)) moved = std::max(moved, std::abs(at(k) - exact));
  }
  return moved > 0.0 && !(std::abs(exact) > margin * moved);
}

/// The element of an operand that element i of the broadcast result reads.
std::int64_t source_of(std::int64_t i, const Shape& result, const Shape& operand) {
  std::int64_t index = 0;
  for (std::size_t axis = 0; axis < operand.rank(); ++axis) {
    const std::size_t of_result = axis + result.rank() - operand.rank();
    const std::int64_t at = i / result.volume_between(of_result + 1, result.rank()) % result.extents()[of_result];
    index = index * operand.extents()[axis] + (operand.extents()[axis] == 1 ? 0 : at);
  }
  return index;
}

/// How far a number lies from the nearest step of an op whose result jumps there; for one that has several, from the
/// one that is nearest to `exact`. None for other ops.
std::optional<double> distance_from_step(const Op& op, DType result, double exact, double number) {
  const bool to_integer = &op == &op::cast && result == DType::i32;
  if (&op == &op::floor || to_integer) return number - std::nearbyint(exact);
  if (&op == &op::round) return number - (std::floor(exact) + 0.5);
  if (&op == &op::sign || (&op == &op::cast && result == DType::boolean)) return number;
  return std::nullopt;
}

/// Whether a product of these, or of some of them, may leave the numbers that float32 has.
bool may_leave_float32(const Tensor& factors) {
  double above = 1.0;
  double below = 1.0;
  for (std::int64_t i = 0; i < factors.shape().volume(); ++i) {
    const double factor = std::abs(factors.number(i));
    if (factor > 1.0) above *= factor;
    if (factor < 1.0 && factor > 0.0) below *= factor;
  }
  return above > largest || below < 1.0 / largest;
}

class Oracle {
 public:
  Oracle(DType floats, const Graph& graph, const TensorMap& inputs, const TensorMap& variables)
      : rounding_(rounding_in(floats)),
        graph_(with_float_type(graph, DType::f64)),
        inputs_(inputs),
        variables_(variables) {
    for (const NodeId id : graph.nodes()) {
      if (rounds_to_bf16(graph, graph.node(id))) in_bf16_.insert(graph.node(id).name);
      if (rounds_right_factor(graph, graph.node(id))) rounds_right_.insert(graph.node(id).name);
    }
    const Pass* const passes[] = {&pass::decompose};
    run_passes(graph_, passes, pass_context(reference_backend()));
  }

  Expectations run() {
    for (const NodeId id : topological_order(graph_)) trace(id);
    for (const Output& output : graph_.outputs()) expected_.outputs.emplace(output.name, expectation(output.value));
    for (const Update& update : graph_.updates())
      expected_.updates.emplace(graph_.node(graph_.producer(update.variable)).name, expectation(update.value));
    return std::move(expected_);
  }

 private:
  void trace(NodeId id) {
    const Node& node = graph_.node(id);
    if (is_leaf(*node.op)) {
      Tensor content = leaf_content(node);
      if (is_float(content.dtype())) content = content.converted_to(DType::f64);
      expected_.finite = expected_.finite && all_finite(content);
      Traced& traced = values_[node.results[0]];
      traced.decided = largest_finite(content) <= largest;
      traced.tensors.fill(content);
      return;
    }
    std::vector<Traced> results(node.results.size());
    const bool decided = is_decided(node);
    for (std::size_t k = 0; k <= samples; ++k) {
      std::vector<Tensor> made = evaluate(id, k);
      for (std::size_t i = 0; i < made.size(); ++i) results[i].tensors[k] = std::move(made[i]);
    }
    bool small = true;
    for (const Traced& result : results) {
      small = small && largest_finite(result.tensors[0]) <= largest;
      expected_.finite = expected_.finite && all_finite(result.tensors[0]);
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
      results[i].decided = decided && small && !has_either_infinity(results[i].tensors);
      values_.emplace(node.results[i], std::move(results[i]));
    }
  }

  Tensor leaf_content(const Node& node) const {
    if (node.op == &leaf::constant) return *node.attributes.get<std::shared_ptr<const Tensor>>("value");
    return (node.op == &leaf::input ? inputs_ : variables_).find(node.name)->second;
  }

  std::vector<Tensor> evaluate(NodeId id, std::size_t k) {
    const Node& node = graph_.node(id);
    const bool rounds = k > 0 && (!is_exact(*node.op) || in_bf16_.contains(node.name));
    const CounterRandom random(k, node.name);
    std::vector<Tensor> moved;
    moved.reserve(node.operands.size());
    std::vector<const Tensor*> operands;
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
      const Tensor& operand = values_.at(node.operands[i]).tensors[k];
      operands.push_back(&operand);
      if (!rounds) continue;
      moved.push_back(operand);
      move(moved.back(), noise_of_operand(node, i), least_noise_of_operand(node, operand), random.at(i));
      operands.back() = &moved.back();
    }
    std::vector<Tensor> results = evaluate_node(graph_, id, operands, reference_backend());
    for (std::size_t i = 0; rounds && i < results.size(); ++i) {
      move(results[i], in_bf16_.contains(node.name) ? bf16_noise : rounding_.result, rounding_.least_noise,
           random.at(100 + i));
      if (const double step = inner_noise(node, operands); step > 0.0) move_by(results[i], step, random.at(200 + i));
    }
    return results;
  }

  /// Whether the node rounds to bf16 what it reads, or makes, of which the graph in float64 has nothing left.
  static bool rounds_to_bf16(const Graph& graph, const Node& node) {
    if (node.op == &op::embedding_dense || node.op == &op::embedding_dense_gradient)
      return graph.type(node.operands[2]).dtype == DType::bf16;
    return (node.op == &op::cast || !is_exact(*node.op)) && graph.type(node.results[0]).dtype == DType::bf16;
  }

  static bool rounds_right_factor(const Graph& graph, const Node& node) {
    return (node.op == &op::matmul || node.op == &op::dense) &&
           graph.type(node.operands[0]).dtype != graph.type(node.operands[1]).dtype;
  }

  double noise_of_operand(const Node& node, std::size_t operand) const {
    // Its result moves; what the operand does could take that back.
    if (node.op == &op::cast) return 0.0;
    // A number may lie between two of bf16.
    if (in_bf16_.contains(node.name) || (operand == 1 && rounds_right_.contains(node.name))) return bf16_noise;
    return rounding_.operand;
  }

  /// Logarithms are added along each path: beside a large one, a small one loses its last places.
  double least_noise_of_operand(const Node& node, const Tensor& operand) const {
    const bool adds_along_paths = node.op == &op::ctc_loss || node.op == &op::ctc_loss_gradient;
    return adds_along_paths ? rounding_.operand * largest_finite(operand) : rounding_.least_noise;
  }

  static void move_by(Tensor& tensor, double step, const CounterRandom& random) {
    for (std::int64_t i = 0; i < tensor.shape().volume(); ++i)
      tensor.set_number(i, tensor.number(i) + ((random.bits(static_cast<std::uint64_t>(i)) & 1U) != 0U ? step : -step));
  }

  /// What the roundings within one kernel move its results by, whatever their size is.
  double inner_noise(const Node& node, std::span<const Tensor* const> operands) const {
    const auto size = [&](std::size_t operand) { return largest_finite(*operands[operand]); };
    // A number of x or of the kernel may lie between two steps; rows and columns of numbers that are as small as
    // least_int8_magnitude may count as zeros or not.
    if (node.op == &op::int8_dense) {
      const auto terms = static_cast<double>(operands[1]->shape()[0]);
      return 2.0 * size(0) * size(1) / 127.0 + 2.0 * least_int8_magnitude * (size(0) + size(1)) * terms;
    }
    // The logarithm of a sum that is near one is as far off as the sum, however small it is.
    if (node.op == &op::log_softmax || node.op == &op::masked_cross_entropy ||
        node.op == &op::scaled_dot_product_attention || node.op == &op::ctc_loss)
      return rounding_.operand;
    // h' = z h + (1 - z) c, where z is near one.
    if (node.op == &op::gru_gates) return rounding_.operand;
    // Fused gradients: differences from one are rounded, and multiplied by cotangents.
    if (node.op == &op::gru_gates_gradient) return rounding_.result * size(3) * std::max(1.0, size(2));
    if (node.op == &op::lstm_gates_gradient)
      return rounding_.result * std::max(size(2), size(3)) * std::max(1.0, size(1));
    if (node.op == &op::additive_scores_gradient) return rounding_.result * size(3) * std::max(1.0, size(2));
    if (node.op == &op::masked_cross_entropy_gradient) return rounding_.result * size(2);
    // The exponential of a path's logarithm, which is a sum over the steps and rounded as what is as large as that.
    if (node.op == &op::ctc_loss_gradient) {
      const auto steps = static_cast<double>(operands[0]->shape()[1]);
      return (rounding_.result + rounding_.operand * steps * size(0)) * size(4);
    }
    return 0.0;
  }

  /// Whether no rounding decided what the node reads, nor decides what it makes.
  bool is_decided(const Node& node) const {
    // In steps of more than 1 functions saturate in all samples, or in none.
    if (node.op == &op::int8_dense && largest_finite(values_.at(node.operands[0]).tensors[0]) *
                                              largest_finite(values_.at(node.operands[1]).tensors[0]) >
                                          127.0)
      return false;
    const bool inside = !is_exact(*node.op) && !node.op->elementwise && node.op != &op::softmax;
    for (const ValueId operand : node.operands) {
      const Traced& traced = values_.at(operand);
      if (!traced.decided || (inside && largest_finite(traced.tensors[0]) > largest_inside)) return false;
      // Infinity times zero is NaN.
      if (multiplies_inside(*node.op) && !all_finite(traced.tensors[0])) return false;
    }
    if (!is_exact(*node.op) && has_infinity_beside_uncertain_zero(node)) return false;
    const auto& operand = [&](std::size_t i) -> const Ensemble& { return values_.at(node.operands[i]).tensors; };
    // Of a probability that is infinite nothing is promised; of one that is zero, the loss.
    if (node.op == &op::ctc_loss && has_infinity(operand(0)[0])) return false;
    // No mean of squares is negative; of one that is, a tiny gradient decides whether the root is a NaN.
    if (node.op == &op::adam && has_negative(operand(3)[0])) return false;
    if (node.op == &op::argmax)
      return !has_tie(operand(0), static_cast<std::size_t>(node.attributes.get<std::int64_t>("axis")));
    if (node.op == &op::top_k) return !has_tie_above(operand(0), node.attributes.get<std::int64_t>("k"));
    if (node.op == &op::reduce_prod && is_float(operand(0)[0].dtype())) return !may_leave_float32(operand(0)[0]);
    const TensorType& type = graph_.type(node.results[0]);
    if (distance_from_step(*node.op, type.dtype, 0.0, 0.0)) return !has_step(operand(0), *node.op, type.dtype);
    // Of a negative number, powers are numbers for whole exponents alone.
    if (node.op == &op::pow && has_negative(operand(0)[0])) return !has_step(operand(1), op::floor, type.dtype);
    if (node.op == &op::remainder) return !has_step(operand(0), operand(1), type.shape);
    if (node.op != &op::less && node.op != &op::equal) return true;
    const Shape& shape = type.shape;
    for (std::int64_t i = 0; i < shape.volume(); ++i) {
      const std::int64_t a = source_of(i, shape, operand(0)[0].shape());
      const std::int64_t b = source_of(i, shape, operand(1)[0].shape());
      if (is_tie([&](std::size_t k) { return operand(0)[k].number(a) - operand(1)[k].number(b); })) return false;
    }
    return true;
  }

  static bool has_step(const Ensemble& x, const Op& op, DType result) {
    for (std::int64_t i = 0; i < x[0].shape().volume(); ++i) {
      const double exact = x[0].number(i);
      if (is_tie([&](std::size_t k) { return *distance_from_step(op, result, exact, x[k].number(i)); })) return true;
    }
    return false;
  }

  static bool has_infinity(const Tensor& x) {
    for (std::int64_t i = 0; i < x.shape().volume(); ++i)
      if (x.number(i) == INFINITY) return true;
    return false;
  }

  static bool has_negative(const Tensor& x) {
    for (std::int64_t i = 0; i < x.shape().volume(); ++i)
      if (x.number(i) < 0.0) return true;
    return false;
  }

  /// Whether one operand has an infinity, and another a number that rounding may make a zero, as the variance of equal
  /// numbers: the product is infinite or NaN.
  bool has_infinity_beside_uncertain_zero(const Node& node) const {
    const auto has_any_infinity = [&](ValueId operand) {
      const Tensor& exact = values_.at(operand).tensors[0];
      for (std::int64_t i = 0; is_float(exact.dtype()) && i < exact.shape().volume(); ++i)
        if (std::isinf(exact.number(i))) return true;
      return false;
    };
    const auto has_uncertain_zero = [&](ValueId operand) {
      const Ensemble& x = values_.at(operand).tensors;
      for (std::int64_t i = 0; is_float(x[0].dtype()) && i < x[0].shape().volume(); ++i)
        if (std::isfinite(x[0].number(i)) && is_tie([&](std::size_t k) { return x[k].number(i); })) return true;
      return false;
    };
    return std::ranges::any_of(node.operands, has_any_infinity) &&
           std::ranges::any_of(node.operands, has_uncertain_zero);
  }

  /// Whether rounding decides which infinity an element is: of what is so near zero, times infinity, it may make a NaN too.
  static bool has_either_infinity(const Ensemble& x) {
    for (std::int64_t i = 0; i < x[0].shape().volume(); ++i) {
      const auto is = [i](double infinity) {
        return [=](const Tensor& sample) { return sample.number(i) == infinity; };
      };
      if (std::ranges::any_of(x, is(INFINITY)) && std::ranges::any_of(x, is(-INFINITY))) return true;
    }
    return false;
  }

  /// Of a remainder: where a is a multiple of b.
  static bool has_step(const Ensemble& dividend, const Ensemble& divisor, const Shape& shape) {
    for (std::int64_t i = 0; i < shape.volume(); ++i) {
      const std::int64_t a = source_of(i, shape, dividend[0].shape());
      const std::int64_t b = source_of(i, shape, divisor[0].shape());
      const auto quotient = [&](std::size_t k) { return dividend[k].number(a) / divisor[k].number(b); };
      if (is_tie([&](std::size_t k) { return quotient(k) - std::nearbyint(quotient(0)); })) return true;
    }
    return false;
  }

  static bool has_tie(const Ensemble& x, std::size_t axis) {
    const Shape& shape = x[0].shape();
    const std::int64_t extent = shape.extents()[axis];
    const std::int64_t stride = shape.volume_between(axis + 1, shape.rank());
    for (std::int64_t first = 0; first < shape.volume(); ++first) {
      if (first / stride % extent != 0) continue;
      std::int64_t best = 0;
      for (std::int64_t i = 1; i < extent; ++i)
        if (x[0].number(first + i * stride) > x[0].number(first + best * stride)) best = i;
      for (std::int64_t i = 0; i < extent; ++i)
        if (is_tie([&](std::size_t k) { return x[k].number(first + best * stride) - x[k].number(first + i * stride); }))
          return true;
    }
    return false;
  }

  /// Whether rounding could exchange two neighbours among the k largest of a row, or the last one with the next.
  static bool has_tie_above(const Ensemble& x, std::int64_t k) {
    const std::int64_t extent = x[0].shape()[-1];
    for (std::int64_t first = 0; first < x[0].shape().volume(); first += extent) {
      std::vector<std::int64_t> places(static_cast<std::size_t>(extent));
      std::iota(places.begin(), places.end(), first);
      const auto above = [&](std::int64_t a, std::int64_t b) {
        const double of_a = x[0].number(a);
        const double of_b = x[0].number(b);
        return std::isnan(of_a) ? !std::isnan(of_b) : of_a > of_b;
      };
      std::ranges::stable_sort(places, above);
      for (std::size_t i = 0; i < static_cast<std::size_t>(k) && i + 1 < places.size(); ++i)
        if (is_tie([&](std::size_t s) { return x[s].number(places[i]) - x[s].number(places[i + 1]); })) return true;
    }
    return false;
  }

  Expectation expectation(ValueId id) {
    const Traced& traced = values_.at(id);
    Expectation expected{.value = traced.tensors[0], .slack = {}};
    for (std::int64_t i = 0; i < expected.value.shape().volume(); ++i) {
      expected.slack.push_back(traced.decided ? slack_of(traced.tensors, i) : INFINITY);
      ++expected_.elements;
      if (std::isfinite(expected.slack.back())) ++expected_.decided;
    }
    return expected;
  }

  double slack_of(const Ensemble& tensors, std::int64_t i) const {
    const double exact = tensors[0].number(i);
    double moved = 0.0;
    for (std::size_t k = 1; k <= samples; ++k) {
      const double number = tensors[k].number(i);
      if (std::isnan(exact) && std::isnan(number)) continue;
      if (!std::isfinite(exact) || !std::isfinite(number)) {
        if (exact != number) return INFINITY;
      } else {
        moved = std::max(moved, std::abs(number - exact));
      }
    }
    if (!std::isfinite(exact) || !is_float(tensors[0].dtype())) return moved == 0.0 ? 0.0 : INFINITY;
    return margin * moved + std::abs(exact) * rounding_.unit + rounding_.least_noise;
  }

  static constexpr double bf16_noise = 0x1p-8;
  Rounding rounding_;
  Graph graph_;
  // Names of nodes.
  std::set<std::string> in_bf16_;
  std::set<std::string> rounds_right_;
  const TensorMap& inputs_;
  const TensorMap& variables_;
  std::map<ValueId, Traced> values_;
  Expectations expected_;
};

}  // namespace

std::string Expectation::difference(const Tensor& actual) const {
  if (actual.shape() != value.shape())
    return fmt::format("it is {}, not {}", actual.type().to_string(), value.type().to_string());
  for (std::int64_t i = 0; i < value.shape().volume(); ++i) {
    const double allowed = slack[static_cast<std::size_t>(i)];
    const double expected = value.number(i);
    const double number = actual.number(i);
    if (std::isinf(allowed) || expected == number || (std::isnan(expected) && std::isnan(number))) continue;
    if (!(std::abs(number - expected) <= allowed) || !std::isfinite(expected))
      return fmt::format("element {} is {}, expected is {}, it may be off by {:.3g}", position_text(i, value.shape()),
                         number, expected, allowed);
  }
  return "";
}

Expectations expect_in(DType floats, const Graph& graph, const TensorMap& inputs, const TensorMap& variables) {
  return Oracle(floats, graph, inputs, variables).run();
}

}  // namespace weft::fuzz

#include <cmath>

#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_rotary_embedding(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 2);
  const TensorType& x = operands[0];
  const TensorType& positions = operands[1];
  require_float(x, "x");
  require(x.shape.rank() >= 2 && x.shape[-1] % 2 == 0,
          "x is {}: [..., time, units] of an even number of units is needed", x);
  require(positions == TensorType{DType::i32, Shape{x.shape[-2]}}, "for x {} the positions must be i32[{}], not {}", x,
          x.shape[-2], positions);
  const double base = attributes.get<double>("base");
  require(base > 1.0 && std::isfinite(base), "the base is {}: a number above 1 is needed", base);
  return {x};
}

// Sine and cosine are of [time, units / 2], whatever else x has; of constant positions they are constants.
std::vector<Value> decompose_rotary_embedding(std::span<const Value> operands, const Attributes& attributes) {
  const Value x = operands[0];
  const std::int64_t half = x.shape()[-1] / 2;
  Tensor frequencies(TensorType{x.dtype(), Shape{half}});
  for (std::int64_t i = 0; i < half; ++i)
    frequencies.set_number(
        i, std::pow(attributes.get<double>("base"), -static_cast<double>(i) / static_cast<double>(half)));
  const Value positions = cast(reshape(operands[1], {-1, 1}), x.dtype());
  const Value angles = positions * x.graph().constant(std::move(frequencies));
  const Value cosine = cos(angles);
  const Value sine = sin(angles);
  const Value first = slice(x, -1, 0, half);
  const Value second = slice(x, -1, half, 2 * half);
  return {concat({first * cosine - second * sine, second * cosine + first * sine}, -1)};
}

// An element: two products and a sum.
double flops_of_rotary_embedding(std::span<const TensorType> operands, std::span<const TensorType>, const Attributes&) {
  return 3.0 * static_cast<double>(operands[0].shape.volume());
}

std::vector<Value> rotate(Graph& graph, const Shape& shape, Value positions, double base) {
  return {rotary_embedding(graph.input("x", DType::f32, shape), positions, base)};
}
std::vector<Value> rotary_embedding_case_heads(Graph& graph) {
  return rotate(graph, {2, 3, 5, 6}, iota(graph, 5), 10000.0);
}
std::vector<Value> rotary_embedding_case_any_positions(Graph& graph) {
  return rotate(graph, {3, 2}, graph.constant(Tensor::of<std::int32_t>({3}, {7, 0, 123})), 2.5);
}

}  // namespace

const Op op::rotary_embedding = {
    .name = "rotary_embedding",
    .family = "attention",
    .summary =
        "y[i] = x[i] cos a - x[i + units / 2] sin a, y[i + units / 2] = x[i + units / 2] cos a + x[i] sin a, with a = "
        "position / base^(2 i / units): rotary positions (Su et al., arXiv:2104.09864) in the half-split form",
    .operands = {"x", "positions"},
    .results = {"y"},
    .attributes = {"base: of the wavelengths, above 1"},
    .infer = infer_rotary_embedding,
    .decompose = decompose_rotary_embedding,
    .flops = flops_of_rotary_embedding,
    .cases = {{.name = "heads", .build = rotary_embedding_case_heads},
              {.name = "any_positions", .build = rotary_embedding_case_any_positions}},
};

Value rotary_embedding(Value x, Value positions, double base) {
  return apply(op::rotary_embedding, {x, positions}, {{"base", base}});
}

}  // namespace weft

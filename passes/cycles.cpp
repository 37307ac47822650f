#include "passes/cycles.h"

#include <algorithm>
#include <array>

#include "graph/cost.h"
#include "ops/fusion/space.h"
#include "ops/op_list.h"

namespace weft {
namespace {

/// An element by plain arithmetic, or by a function.
constexpr double cycles_of_arithmetic = 0.1;
constexpr double cycles_of_function = 1.5;
constexpr double cycles_of_draw = 1.0;
/// One operation of a product.
constexpr double cycles_of_flop = 1.0 / 32;
/// A byte of a value that fits into the second cache, or of a larger one.
constexpr double cycles_of_near_byte = 0.06;
constexpr double cycles_of_far_byte = 0.25;
constexpr std::int64_t second_cache_bytes = std::int64_t{1} << 20;

double cycles_of_element(const Op& op) {
  static const std::array functions{&op::div,     &op::sqrt, &op::exp,   &op::log,   &op::tanh,
                                    &op::sigmoid, &op::erf,  &op::log1p, &op::expm1, &op::softplus};
  if (&op == &op::dropout) return cycles_of_draw;
  const bool is_function = is_row_function(op) || std::ranges::find(functions, &op) != functions.end();
  return is_function ? cycles_of_function : cycles_of_arithmetic;
}

std::int64_t largest_volume(std::span<const TensorType> types) {
  std::int64_t largest = 0;
  for (const TensorType& type : types) largest = std::max(largest, type.shape.volume());
  return largest;
}

double cycles_of_body(const Graph& body) {
  double cycles = 0.0;
  for (const NodeId id : body.nodes()) cycles += computing_cycles(body, body.node(id));
  return cycles;
}

}  // namespace

double memory_cycles(std::int64_t bytes) {
  return static_cast<double>(bytes) * (bytes > second_cache_bytes ? cycles_of_far_byte : cycles_of_near_byte);
}

double computing_cycles(const Graph& graph, const Node& node) {
  return computing_cycles(*node.op, types_of(graph, node.operands), types_of(graph, node.results), node.attributes);
}

double computing_cycles(const Op& op, std::span<const TensorType> operands, std::span<const TensorType> results,
                        const Attributes& attributes) {
  if (&op == &op::fusion) return cycles_of_body(*attributes.get<std::shared_ptr<const Graph>>("body"));
  if (&op == &op::broadcast || &op == &op::slice) return 0.0;
  if (is_fusible(op))
    return cycles_of_element(op) * static_cast<double>(std::max(largest_volume(operands), largest_volume(results)));
  return cycles_of_flop * flops_of(op, operands, results, attributes);
}

double running_cycles(const Op& op, std::span<const TensorType> operands, std::span<const TensorType> results,
                      const Attributes& attributes) {
  double cycles = computing_cycles(op, operands, results, attributes);
  if (op.bytes != nullptr)
    return cycles + memory_cycles(static_cast<std::int64_t>(op.bytes(operands, results, attributes)));
  for (const TensorType& operand : operands) cycles += memory_cycles(operand.bytes());
  for (const TensorType& result : results) cycles += memory_cycles(result.bytes());
  return cycles;
}

}  // namespace weft

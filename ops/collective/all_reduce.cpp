#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

constexpr std::size_t most_reduced = 64;

std::vector<TensorType> infer_all_reduce(std::span<const TensorType> operands, const Attributes&) {
  require(!operands.empty() && operands.size() <= most_reduced, "there are {} values: 1 to {} are needed",
          operands.size(), most_reduced);
  require_number(operands[0], "values");
  for (const TensorType& operand : operands) require_same_dtype(operands[0], operand);
  return {operands.begin(), operands.end()};
}

/// What any process makes of a sum depends on what each has given: so the cotangents are summed up, too.
std::vector<Value> gradient_of_all_reduce(const GradientContext& context) {
  std::vector<Value> cotangents;
  for (std::size_t i = 0; i < context.operand_count(); ++i) cotangents.push_back(context.cotangent_or_zeros(i));
  return all_reduce(cotangents);
}

double flops_of_all_reduce(std::span<const TensorType> operands, std::span<const TensorType>, const Attributes&) {
  double flops = 1.0;
  for (const TensorType& operand : operands) flops += static_cast<double>(operand.shape.volume());
  return flops;
}

/// A sum lies where what it is a sum of lay.
std::vector<std::pair<std::size_t, std::size_t>> sums_in_place() {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0; i < most_reduced; ++i) pairs.emplace_back(i, i);
  return pairs;
}

std::vector<Value> all_reduce_case_one_value(Graph& graph) {
  return all_reduce(Values{graph.input("x", DType::f32, {3, 5})});
}
std::vector<Value> all_reduce_case_several_values(Graph& graph) {
  return all_reduce(Values{graph.input("x", DType::f32, {3, 5}), graph.input("y", DType::f32, {}),
                           graph.input("z", DType::f32, {19})});
}

}  // namespace

const Op op::all_reduce = {
    .name = "all_reduce",
    .family = "collective",
    .summary =
        "of each value the sum over all processes, added in a fixed binary tree over their numbers: (0 + 1) + (2 + 3); "
        "one process alone has what it gave",
    .operands = {"values..."},
    .results = {"sums..."},
    .infer = infer_all_reduce,
    .gradient = gradient_of_all_reduce,
    .flops = flops_of_all_reduce,
    .in_place = sums_in_place(),
    .cases = {{.name = "one_value", .build = all_reduce_case_one_value},
              {.name = "several_values", .build = all_reduce_case_several_values}},
};

std::vector<Value> all_reduce(Values values) { return apply_all(op::all_reduce, values); }

}  // namespace weft

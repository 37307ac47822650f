#include "ops/collective/sharding.h"
#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_global_norm_of_shards(std::span<const TensorType> operands,
                                                    const Attributes& attributes) {
  const auto& elements = attributes.get<std::vector<std::int64_t>>("elements");
  require(!operands.empty() && operands.size() == elements.size(),
          "there are {} values and {} numbers of elements: one for each, and at least one, is needed", operands.size(),
          elements.size());
  require_float(operands[0], "values");
  const Sharding sharding = sharding_of(attributes);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    require_same_dtype(operands[0], operands[i]);
    const bool fits = elements[i] == 0 || (elements[i] > 0 && operands[i].shape == Shape{sharding.shard(elements[i])});
    require(fits, "value {} is {}: it is no shard of a value of {} elements", i, operands[i], elements[i]);
  }
  return {{operands[0].dtype, Shape{}}};
}

std::vector<Value> global_norm_of_shards_case_both(Graph& graph) {
  return {
      global_norm_of_shards(Values{graph.input("whole", DType::f32, {3, 5}), graph.input("shard", DType::f32, {16})},
                            std::vector<std::int64_t>{0, 15}, {.processes = 1, .step = 4})};
}

}  // namespace

const Op op::global_norm_of_shards = {
    .name = "global_norm_of_shards",
    .family = "collective",
    .summary =
        "the square root of the sum of the squares of all elements of all values, of which each process has some "
        "whole and of others its shard",
    .operands = {"values..."},
    .results = {"norm"},
    .attributes = {"elements: of each value, how many it has where the operand is a shard; 0 where it is whole",
                   processes_line, step_line},
    .infer = infer_global_norm_of_shards,
    .no_gradient = "it is of gradients that are known",
    .flops = flops_of_norm,
    .cases = {{.name = "both", .build = global_norm_of_shards_case_both}},
};

Value global_norm_of_shards(Values values, std::span<const std::int64_t> elements, const Sharding& sharding) {
  Attributes attributes = sharding_attributes(sharding);
  attributes.set("elements", std::vector<std::int64_t>(elements.begin(), elements.end()));
  return apply_all(op::global_norm_of_shards, values, std::move(attributes)).at(0);
}

}  // namespace weft

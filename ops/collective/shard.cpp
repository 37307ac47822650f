#include "ops/collective/sharding.h"
#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_shard(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  require_number(operands[0], "x");
  return {{operands[0].dtype, Shape{sharding_of(attributes).shard(operands[0].shape.volume())}}};
}

std::vector<Value> shard_case_matrix(Graph& graph) {
  return {shard(graph.input("x", DType::f32, {3, 5}), {.processes = 1, .step = 4})};
}

}  // namespace

const Op op::shard = {
    .name = "shard",
    .family = "collective",
    .summary = "this process's shard of x, which all have alike: filled up with zeros behind the last element",
    .operands = {"x"},
    .results = {"shard"},
    .attributes = {processes_line, step_line},
    .infer = infer_shard,
    .no_gradient = "it cuts what an update reads, after its gradient is known",
    .flops = no_flops,
    .cases = {{.name = "matrix", .build = shard_case_matrix}},
};

Value shard(Value x, const Sharding& sharding) { return apply(op::shard, {x}, sharding_attributes(sharding)); }

}  // namespace weft

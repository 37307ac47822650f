#include "ops/collective/sharding.h"
#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_all_gather(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  require_number(operands[0], "shard");
  const Shape shape = shape_from(attributes);
  channel_of(attributes);
  const Shape needed{sharding_of(attributes).shard(shape.volume())};
  require(operands[0].shape == needed, "the shard is {}: of a value {} it is {}", operands[0], shape.to_string(),
          needed.to_string());
  return {{operands[0].dtype, shape}};
}

/// What all processes make of a process's shard is summed up.
std::vector<Value> gradient_of_all_gather(const GradientContext& context) {
  return {reduce_scatter(context.cotangent(0), sharding_of(context.attributes()))};
}

std::vector<Value> all_gather_case_matrix(Graph& graph) {
  return {all_gather(graph.input("shard", DType::f32, {16}), {3, 5}, {.processes = 1, .step = 4})};
}

}  // namespace

const Op op::all_gather = {
    .name = "all_gather",
    .family = "collective",
    .summary = "the value of that shape whose shards the processes have, in the order of their numbers",
    .operands = {"shard"},
    .results = {"value"},
    .attributes = {"shape: of the value", processes_line, step_line, channel_line},
    .infer = infer_all_gather,
    .gradient = gradient_of_all_gather,
    .flops = no_flops,
    .cases = {{.name = "matrix", .build = all_gather_case_matrix}},
};

Value all_gather(Value shard, const Shape& shape, const Sharding& sharding, std::optional<std::int64_t> channel) {
  Attributes attributes = sharding_attributes(sharding);
  attributes.set("shape", shape_attribute(shape));
  set_channel(attributes, channel);
  return apply(op::all_gather, {shard}, std::move(attributes));
}

}  // namespace weft

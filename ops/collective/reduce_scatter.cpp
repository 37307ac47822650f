#include "ops/collective/sharding.h"
#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_reduce_scatter(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  require_number(operands[0], "x");
  const std::string& sent = attributes.get_or<std::string>("sent", "");
  require(sent.empty() || sent == "bf16", "sent is '{}': 'bf16' is needed, or nothing", sent);
  if (!sent.empty()) require_float(operands[0], "x");
  channel_of(attributes);
  return {{operands[0].dtype, Shape{sharding_of(attributes).shard(operands[0].shape.volume())}}};
}

/// Each process's x is in the shards of all.
std::vector<Value> gradient_of_reduce_scatter(const GradientContext& context) {
  return {all_gather(context.cotangent(0), context.operand(0).shape(), sharding_of(context.attributes()))};
}

std::vector<Value> reduce_scatter_case_matrix(Graph& graph) {
  return {reduce_scatter(graph.input("x", DType::f32, {3, 5}), {.processes = 1, .step = 4})};
}
std::vector<Value> reduce_scatter_case_whole_steps(Graph& graph) {
  return {reduce_scatter(graph.input("x", DType::f32, {6}), {.processes = 1, .step = 3})};
}
std::vector<Value> reduce_scatter_case_sent_in_bf16(Graph& graph) {
  return {reduce_scatter(graph.input("x", DType::f32, {3, 5}), {.processes = 1, .step = 4}, true)};
}

}  // namespace

const Op op::reduce_scatter = {
    .name = "reduce_scatter",
    .family = "collective",
    .summary =
        "this process's shard of the sum of x over all processes, added as by all_reduce; the shards are equal, "
        "and filled up with zeros",
    .operands = {"x"},
    .results = {"shard"},
    .attributes =
        {processes_line, step_line,
         "sent: bf16 where what processes send each other is rounded to it; may be absent: nothing is rounded",
         channel_line},
    .infer = infer_reduce_scatter,
    .gradient = gradient_of_reduce_scatter,
    .flops = one_flop_per_operand,
    .cases = {{.name = "matrix", .build = reduce_scatter_case_matrix},
              {.name = "whole_steps", .build = reduce_scatter_case_whole_steps},
              {.name = "sent_in_bf16", .build = reduce_scatter_case_sent_in_bf16}},
};

Value reduce_scatter(Value x, const Sharding& sharding, bool sent_in_bf16, std::optional<std::int64_t> channel) {
  Attributes attributes = sharding_attributes(sharding);
  if (sent_in_bf16) attributes.set("sent", std::string("bf16"));
  set_channel(attributes, channel);
  return apply(op::reduce_scatter, {x}, std::move(attributes));
}

}  // namespace weft

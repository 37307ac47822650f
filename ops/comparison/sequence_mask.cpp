#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_sequence_mask(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  require(operands[0].dtype == DType::i32 && operands[0].shape.rank() == 1, "lengths are {}: i32[batch] is needed",
          operands[0]);
  return {{DType::boolean, operands[0].shape.inserted(1, attributes.get<std::int64_t>("time"))}};
}

// Nothing, the whole row, and more than the row among the lengths.
std::vector<Value> sequence_mask_case_lengths(Graph& graph) {
  return {sequence_mask(graph.constant(Tensor::of<std::int32_t>({4}, {2, 0, 5, 9})), 5)};
}

}  // namespace

const Op op::sequence_mask = {
    .name = "sequence_mask",
    .family = "comparison",
    .summary = "mask[b, t] = (t < lengths[b]): bool [batch, time]",
    .operands = {"lengths"},
    .results = {"mask"},
    .attributes = {"time: the number of steps"},
    .infer = infer_sequence_mask,
    .no_gradient = "lengths are integers and the mask is bool",
    .flops = one_flop_per_result,
    .cases = {{.name = "lengths", .build = sequence_mask_case_lengths}},
};

Value sequence_mask(Value lengths, std::int64_t time) { return apply(op::sequence_mask, {lengths}, {{"time", time}}); }

}  // namespace weft

#include "ops/helpers.h"
#include "ops/loss/ctc.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_ctc_loss(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 4);
  const CtcForm form(operands, attributes);
  return {{operands[0].dtype, Shape{form.batch}}};
}

std::vector<Value> gradient_of_ctc_loss(const GradientContext& context) {
  const Value gradient =
      ctc_loss_gradient(context.operand(0), context.operand(1), context.operand(2), context.operand(3),
                        context.cotangent(0), context.attributes().get<std::int64_t>("blank"));
  return {gradient, Value(), Value(), Value()};
}

// A state of a step: the logarithm of a sum of three exponentials, some 8.
double flops_of_ctc_loss(std::span<const TensorType> operands, std::span<const TensorType>,
                         const Attributes& attributes) {
  const CtcForm form(operands, attributes);
  return 8.0 * static_cast<double>(form.batch) * static_cast<double>(form.time) * static_cast<double>(form.states());
}

std::vector<Value> loss_of(Graph& graph, const Shape& shape, const Tensor& labels, std::vector<std::int32_t> steps,
                           std::vector<std::int32_t> lengths, std::int64_t blank) {
  const Shape of_rows{shape[0]};
  return {ctc_loss(graph.input("log_probabilities", DType::f32, shape), graph.constant(labels),
                   graph.constant(Tensor::of(of_rows, steps)), graph.constant(Tensor::of(of_rows, lengths)), blank)};
}
// A row with all steps and labels, one with a repeat, one without labels; what lies behind the labels is not read.
std::vector<Value> ctc_loss_case_lengths(Graph& graph) {
  return loss_of(graph, {3, 5, 4}, Tensor::of<std::int32_t>({3, 3}, {1, 2, 3, 2, 2, 0, -7, 9, 0}), {5, 4, 3}, {3, 2, 0},
                 0);
}
std::vector<Value> ctc_loss_case_last_is_blank(Graph& graph) {
  return loss_of(graph, {1, 7, 3}, Tensor::of<std::int32_t>({1, 3}, {1, 0, 0}), {7}, {3}, 2);
}

}  // namespace

const Op op::ctc_loss = {
    .name = "ctc_loss",
    .family = "loss",
    .summary =
        "-ln of the probability of all alignments of a row's labels with its steps (connectionist temporal "
        "classification, Graves et al., ICML 2006); infinity where there is none",
    .operands = {"log_probabilities", "labels", "input_lengths", "label_lengths"},
    .results = {"losses"},
    .attributes = {"blank: the class that stands for no label"},
    .infer = infer_ctc_loss,
    .gradient = gradient_of_ctc_loss,
    .flops = flops_of_ctc_loss,
    .cases = {{.name = "lengths", .build = ctc_loss_case_lengths, .low = -3.0, .high = 0.0},
              {.name = "last_is_blank", .build = ctc_loss_case_last_is_blank, .low = -3.0, .high = 0.0}},
};

Value ctc_loss(Value log_probabilities, Value labels, Value input_lengths, Value label_lengths, std::int64_t blank) {
  return apply(op::ctc_loss, {log_probabilities, labels, input_lengths, label_lengths}, {{"blank", blank}});
}

}  // namespace weft

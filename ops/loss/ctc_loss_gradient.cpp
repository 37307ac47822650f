#include "ops/helpers.h"
#include "ops/loss/ctc.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_ctc_loss_gradient(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 5);
  const CtcForm form(operands, attributes);
  const TensorType of_rows{operands[0].dtype, Shape{form.batch}};
  require(operands[4] == of_rows, "for log_probabilities {} the cotangent must be {}, not {}", operands[0], of_rows,
          operands[4]);
  return {operands[0]};
}

// A state of a step: the logarithms of two sums of three exponentials and one exponential, some 20.
double flops_of_ctc_loss_gradient(std::span<const TensorType> operands, std::span<const TensorType>,
                                  const Attributes& attributes) {
  const CtcForm form(operands, attributes);
  return 20.0 * static_cast<double>(form.batch) * static_cast<double>(form.time) * static_cast<double>(form.states());
}

std::vector<Value> apply_ctc_loss_gradient(Graph& graph, const Shape& shape, const Tensor& labels,
                                           std::vector<std::int32_t> steps, std::vector<std::int32_t> lengths,
                                           std::int64_t blank) {
  const Shape of_rows{shape[0]};
  return {ctc_loss_gradient(graph.input("log_probabilities", DType::f32, shape), graph.constant(labels),
                            graph.constant(Tensor::of(of_rows, steps)), graph.constant(Tensor::of(of_rows, lengths)),
                            graph.input("cotangent", DType::f32, of_rows), blank)};
}
// The last two rows have no alignment: a repeat needs a blank between, and no step is no label.
std::vector<Value> ctc_loss_gradient_case_lengths(Graph& graph) {
  return apply_ctc_loss_gradient(graph, {4, 5, 4},
                                 Tensor::of<std::int32_t>({4, 3}, {1, 2, 3, 2, 2, 0, 1, 1, 0, 3, 0, 0}), {5, 4, 2, 0},
                                 {3, 2, 2, 1}, 0);
}
std::vector<Value> ctc_loss_gradient_case_last_is_blank(Graph& graph) {
  return apply_ctc_loss_gradient(graph, {1, 7, 3}, Tensor::of<std::int32_t>({1, 3}, {1, 0, 0}), {7}, {3}, 2);
}

}  // namespace

const Op op::ctc_loss_gradient = {
    .name = "ctc_loss_gradient",
    .family = "loss",
    .summary =
        "d_log_probabilities = -cotangent times the probability, given the labels, that the step emits the class: the "
        "gradient of ctc_loss; 0 behind a row's steps, and for a row that has no alignment",
    .operands = {"log_probabilities", "labels", "input_lengths", "label_lengths", "cotangent"},
    .results = {"d_log_probabilities"},
    .attributes = {"blank: the class that stands for no label"},
    .infer = infer_ctc_loss_gradient,
    .no_gradient = "it is a fused gradient of a recursion over time",
    .flops = flops_of_ctc_loss_gradient,
    .cases = {{.name = "lengths", .build = ctc_loss_gradient_case_lengths, .low = -3.0, .high = 0.0},
              {.name = "last_is_blank", .build = ctc_loss_gradient_case_last_is_blank, .low = -3.0, .high = 0.0}},
};

Value ctc_loss_gradient(Value log_probabilities, Value labels, Value input_lengths, Value label_lengths,
                        Value cotangent, std::int64_t blank) {
  return apply(op::ctc_loss_gradient, {log_probabilities, labels, input_lengths, label_lengths, cotangent},
               {{"blank", blank}});
}

}  // namespace weft

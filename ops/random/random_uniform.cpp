#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_random_uniform(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 3);
  require(operands[0] == TensorType{DType::i32, Shape{}}, "the step is {}: i32[] is needed", operands[0]);
  require_float(operands[1], "low");
  require_same_dtype(operands[1], operands[2]);
  require(operands[1].shape.rank() == 0 && operands[2].shape.rank() == 0,
          "low and high must be scalars: low {}, high {}", operands[1], operands[2]);
  attributes.get<std::int64_t>("seed");
  attributes.get<std::string>("stream");
  return {{operands[1].dtype, shape_from(attributes)}};
}

// A dozen integer operations an element count as two: what scales the number.
double flops_of_random_uniform(std::span<const TensorType>, std::span<const TensorType> results, const Attributes&) {
  return 2.0 * static_cast<double>(results[0].shape.volume());
}

std::vector<Value> apply_random_uniform(Graph& graph, const Shape& shape, double low, double high,
                                        std::string_view stream) {
  return {random_uniform(graph.constant(Tensor::scalar<std::int32_t>(3)), graph.constant(low), graph.constant(high),
                         shape, 7, stream)};
}
std::vector<Value> random_uniform_case_matrix(Graph& graph) {
  return apply_random_uniform(graph, {3, 5}, 0.0, 1.0, "dice");
}
std::vector<Value> random_uniform_case_scalar(Graph& graph) { return apply_random_uniform(graph, {}, -2.0, 3.0, ""); }

}  // namespace

const Op op::random_uniform = {
    .name = "random_uniform",
    .family = "random",
    .summary =
        "y = low + (high - low) u, with u uniform in the open interval (0, 1): a function of seed, stream, step and "
        "the "
        "element's place alone",
    .operands = {"step", "low", "high"},
    .results = {"y"},
    .attributes = {"shape: of the result", "seed: makes the numbers, together with the stream",
                   "stream: what the numbers are for; nodes with different streams draw different numbers"},
    .infer = infer_random_uniform,
    .no_gradient = "the step is an integer, and the bounds are constants",
    .flops = flops_of_random_uniform,
    .cases = {{.name = "matrix", .build = random_uniform_case_matrix},
              {.name = "scalar", .build = random_uniform_case_scalar}},
};

Value random_uniform(Value step, Value low, Value high, const Shape& shape, std::int64_t seed,
                     std::string_view stream) {
  return apply(op::random_uniform, {step, low, high},
               {{"shape", shape_attribute(shape)}, {"seed", seed}, {"stream", std::string(stream)}});
}

}  // namespace weft

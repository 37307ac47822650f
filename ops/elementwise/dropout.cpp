#include <cmath>

#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_dropout(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 2);
  require_float(operands[0], "x");
  require(operands[1] == TensorType{DType::i32, Shape{}}, "the step is {}: i32[] is needed", operands[1]);
  const double rate = attributes.get<double>("rate");
  require(rate >= 0.0 && rate < 1.0, "the rate is {}: a number in [0, 1) is needed", rate);
  attributes.get<std::int64_t>("seed");
  attributes.get<std::string>("stream");
  return {operands[0]};
}

/// What was dropped gets no gradient, by the same draws: they are made again and not stored.
std::vector<Value> gradient_of_dropout(const GradientContext& context) {
  return {apply(op::dropout, {context.cotangent(0), context.operand(1)}, context.attributes()), Value{}};
}

std::vector<Value> apply_dropout(Graph& graph, const Shape& shape, double rate, double step) {
  return {dropout(graph.input("x", DType::f32, shape), graph.constant(step, DType::i32),
                  {.rate = rate, .seed = 7, .stream = "case"})};
}
std::vector<Value> dropout_case_matrix(Graph& graph) { return apply_dropout(graph, {7, 11}, 0.4, 1.0); }
std::vector<Value> dropout_case_long_row(Graph& graph) { return apply_dropout(graph, {333}, 0.1, 12.0); }
std::vector<Value> dropout_case_scalar(Graph& graph) { return apply_dropout(graph, {}, 0.5, 2.0); }

}  // namespace

const Op op::dropout = {
    .name = "dropout",
    .family = "elementwise",
    .summary =
        "y = 0 for a share `rate` of the elements, drawn at random, else x / (1 - rate) (Srivastava et al., JMLR "
        "15, 2014); element i of a step has its draw from (seed, stream, step, i) alone",
    .operands = {"x", "step"},
    .results = {"y"},
    .attributes = {"rate: the share that becomes 0, in [0, 1)", "seed: of the draws",
                   "stream: names the draws; the same name, the same draws"},
    .infer = infer_dropout,
    .gradient = gradient_of_dropout,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = dropout_case_matrix},
              {.name = "long_row", .build = dropout_case_long_row},
              {.name = "scalar", .build = dropout_case_scalar}},
};

Value dropout(Value x, Value step, const DropoutOptions& options) {
  require(static_cast<bool>(x), "dropout: operand x is a null value");
  const std::string stream = options.stream.empty() ? x.graph().unique_name("dropout") : std::string(options.stream);
  return apply(op::dropout, {x, step},
               {{"rate", options.rate}, {"seed", static_cast<std::int64_t>(options.seed)}, {"stream", stream}});
}

}  // namespace weft

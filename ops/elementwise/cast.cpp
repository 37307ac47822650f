#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_cast(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  const DType dtype = parse_dtype(attributes.get<std::string>("dtype"));
  return {{dtype, operands[0].shape}};
}

// Only between floating-point types: other results have no cotangent, and other operands need none.
std::vector<Value> gradient_of_cast(const GradientContext& context) {
  if (!context.needs(0)) return {Value()};
  return {cast(context.cotangent(0), context.operand(0).dtype())};
}

// Each has a float that is differentiated.
std::vector<Value> cast_case_to_integer(Graph& graph) {
  const Value x = graph.input("x", DType::f32, {3, 5});
  return {x * cast(cast(x, DType::i32), DType::f32)};
}
std::vector<Value> cast_case_to_bool(Graph& graph) {
  const Value x = graph.input("x", DType::f32, {3, 5});
  return {x * cast(cast(x, DType::boolean), DType::f32)};
}
std::vector<Value> cast_case_between_floats(Graph& graph) {
  return {cast(graph.input("x", DType::f32, {3}), DType::f64)};
}
std::vector<Value> cast_case_through_bf16(Graph& graph) {
  return {cast(cast(graph.input("x", DType::f32, {3, 5}), DType::bf16), DType::f32)};
}
std::vector<Value> cast_case_between_integers(Graph& graph) {
  const Value whole = graph.constant(Tensor::of<std::int32_t>({3}, {7, 0, -2}));
  const Value flags = cast(whole, DType::boolean);
  return {graph.input("x", DType::f32, {3}) * cast(cast(flags, DType::i32) + whole, DType::f32), flags};
}

}  // namespace

const Op op::cast = {
    .name = "cast",
    .family = "elementwise",
    .summary =
        "y = x in another element type: a float of fewer bits is the nearest one, of two the even one; a float becomes "
        "an i32 without its fraction (the nearest i32 when it does not "
        "fit, 0 when it is NaN), a number becomes bool as x != 0, and bool a number as 0 or 1",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"dtype: the element type of the result: f32, f64, bf16, i32 or bool"},
    .infer = infer_cast,
    .gradient = gradient_of_cast,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "to_integer", .build = cast_case_to_integer},
              {.name = "to_bool", .build = cast_case_to_bool},
              {.name = "between_floats", .build = cast_case_between_floats},
              {.name = "through_bf16", .build = cast_case_through_bf16},
              {.name = "between_integers", .build = cast_case_between_integers}},
};

Value cast(Value x, DType dtype) { return apply(op::cast, {x}, {{"dtype", std::string(to_string(dtype))}}); }

}  // namespace weft

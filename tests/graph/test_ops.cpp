#include "tests/graph/test_ops.h"

#include <bit>
#include <limits>

namespace weft::test {
namespace {

std::vector<TensorType> infer_twice(std::span<const TensorType> operands, const Attributes&) {
  require(operands.size() == 1, "{} operands are given, 1 needed", operands.size());
  require(is_float(operands[0].dtype), "x is {}: a floating-point type is needed", operands[0].to_string());
  return {operands[0]};
}

std::vector<TensorType> infer_join(std::span<const TensorType> operands, const Attributes&) {
  require(!operands.empty(), "no operands are given");
  for (const TensorType& operand : operands)
    require(operand == operands[0], "types differ: {} and {}", operands[0].to_string(), operand.to_string());
  return {operands[0]};
}

std::vector<TensorType> infer_split(std::span<const TensorType> operands, const Attributes&) {
  require(operands.size() == 1, "{} operands are given, 1 needed", operands.size());
  return {operands[0], {DType::i32, operands[0].shape}};
}

std::vector<TensorType> infer_reshape(std::span<const TensorType> operands, const Attributes& attributes) {
  require(operands.size() == 1, "{} operands are given, 1 needed", operands.size());
  const Shape shape(std::span<const std::int64_t>(attributes.get<std::vector<std::int64_t>>("shape")));
  require(shape.volume() == operands[0].shape.volume(), "{} cannot become {}", operands[0].to_string(),
          shape.to_string());
  return {{operands[0].dtype, shape}};
}

std::vector<TensorType> infer_carry(std::span<const TensorType> operands, const Attributes&) {
  require(operands.size() == 1, "{} operands are given, 1 needed", operands.size());
  return {operands[0]};
}

Op test_op(std::string_view name, std::vector<std::string_view> operands, std::vector<std::string_view> results,
           InferFn* infer) {
  return {.name = name,
          .family = "test",
          .summary = "a stand-in",
          .operands = std::move(operands),
          .results = std::move(results),
          .infer = infer,
          .no_gradient = "a stand-in"};
}

template <typename T>
Attribute tensor(const Shape& shape, const std::vector<T>& elements) {
  return std::make_shared<const Tensor>(Tensor::of(shape, elements));
}

std::shared_ptr<const Graph> body() {
  Graph graph("body");
  const Value x = graph.input("x", DType::f32, {2});
  graph.output("y", graph.add1(twice, {x}, {{"rate", 0.5}}));
  return std::make_shared<const Graph>(std::move(graph));
}

Attributes attributes_of_all_kinds() {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Tensor half({DType::bf16, {2}});
  half.set_number(0, 1.5);
  half.set_number(1, -infinity);
  return {{"bool", true},
          {"int", std::int64_t{3}},
          {"int_least", std::numeric_limits<std::int64_t>::min()},
          {"double", 3.0},
          {"double_tenth", 0.1},
          {"double_tiny", 5e-324},
          {"double_large", 1.7976931348623157e308},
          {"double_inf", infinity},
          {"double_minus_inf", -infinity},
          {"double_minus_zero", -0.0},
          {"double_nan", std::numeric_limits<double>::quiet_NaN()},
          {"double_nan_payload", std::bit_cast<double>(0xfff8000000000123ULL)},
          {"string", std::string("tab\t quote\" backslash\\ newline\n \xc3\xa9 \x7f zero") + '\0'},
          {"string_empty", std::string()},
          {"ints", std::vector<std::int64_t>{1, -2, 3}},
          {"ints_empty", std::vector<std::int64_t>{}},
          {"doubles", std::vector<double>{1.0, -infinity, 0.25}},
          {"doubles_empty", std::vector<double>{}},
          {"body", body()},
          {"tensor_f32", tensor<float>({2, 2}, {0.1F, -0.0F, 1e-45F, std::numeric_limits<float>::infinity()})},
          {"tensor_nan", tensor<float>({2}, {std::bit_cast<float>(0x7fa00001U), 1.0F})},
          {"tensor_f64", tensor<double>({3}, {0.1, 1e300, std::numeric_limits<double>::quiet_NaN()})},
          {"tensor_i32", tensor<std::int32_t>({2}, {-2147483647 - 1, 2147483647})},
          {"tensor_bool", tensor<std::uint8_t>({2}, {0, 1})},
          {"tensor_bf16", std::make_shared<const Tensor>(std::move(half))},
          {"tensor_scalar", tensor<double>({}, {2.5})},
          {"tensor_splat", std::make_shared<const Tensor>(Tensor::full({DType::f32, {64, 3}}, 0.5))},
          {"odd name \"\n", true}};
}

}  // namespace

const Op twice = test_op("twice", {"x"}, {"y"}, infer_twice);
const Op join = test_op("join", {"parts..."}, {"y"}, infer_join);
const Op parted = test_op("split", {"x"}, {"value", "index"}, infer_split);
const Op reshape = test_op("reshape", {"x"}, {"y"}, infer_reshape);
const Op carry = test_op("carry", {"x"}, {"y"}, infer_carry);

const OpTable& test_ops() {
  static const OpTable table(
      {&leaf::input, &leaf::parameter, &leaf::state, &leaf::constant, &twice, &join, &parted, &reshape, &carry});
  return table;
}

Graph graph_of_all_kinds() {
  Graph graph("all \"kinds\"");
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value scalar = graph.input("scalar", DType::i32, {});
  const Value weight = graph.parameter("encoder/kernel", {2, 3}, Initializer::glorot_uniform());
  const Value bias = graph.parameter("bias", {2, 3}, Initializer::uniform(-0.1, 1.0), DType::f64);
  const Value moment = graph.state("adam/m", {DType::f32, {2, 3}});
  const Value steps = graph.state("steps", {DType::i32, {2, 3}}, Initializer::constant(1));
  const Value zeros = graph.constant(Tensor({DType::f32, {2, 3}}));
  graph.constant(0.5);
  Value y;
  {
    const Graph::Scope encoder = graph.scope("encoder");
    const Graph::Scope step = graph.scope("step0");
    y = graph.add1(join, {x, weight, zeros}, {}, "joined");
    y = graph.add1(twice, {y});
    y = graph.add1(twice, {y});
  }
  const std::vector<Value> parts = graph.add(parted, std::span(&y, 1), {}, "parts");
  {
    const Graph::Scope decoder = graph.scope("decoder");
    graph.add1(twice, {parts[0]}, {}, "deep/er/name");
    graph.add1(carry, {parts[1]}, attributes_of_all_kinds(), "odd name:1 \"\\\n\xc3\xa9");
  }
  graph.add1(reshape, {bias}, {{"shape", std::vector<std::int64_t>{3, 2, 1}}});
  graph.add1(carry, {scalar}, {}, "1");
  graph.output("loss", y);
  graph.output("an \"odd\" output", parts[1]);
  graph.output("the same again", y);
  graph.update(moment, parts[0]);
  graph.update(steps, parts[1]);
  return graph;
}

}  // namespace weft::test

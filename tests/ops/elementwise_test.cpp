#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "passes/autodiff/autodiff.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

using test::error_of;
using test::evaluate;

Value numbers(Graph& graph, const std::vector<double>& numbers) {
  return graph.constant(Tensor::of(Shape{std::ssize(numbers)}, numbers));
}

std::vector<double> elements(Value value) {
  const Tensor tensor = evaluate(value);
  const auto span = tensor.as<double>();
  return {span.begin(), span.end()};
}

}  // namespace

TEST_CASE("arithmetic broadcasts as NumPy does") {
  Graph graph;
  const Value column = graph.constant(Tensor::of<double>({2, 1}, {10, 20}));
  const Value row = numbers(graph, {1, 2, 5});
  CHECK((column + row).shape() == Shape{2, 3});
  CHECK(elements(column + row) == std::vector<double>{11, 12, 15, 21, 22, 25});
  CHECK(elements(column - row) == std::vector<double>{9, 8, 5, 19, 18, 15});
  CHECK(elements(column * row) == std::vector<double>{10, 20, 50, 20, 40, 100});
  CHECK(elements(column / row) == std::vector<double>{10, 5, 2, 20, 10, 4});
}

TEST_CASE("numbers stand on either side of an operator, in the value's element type") {
  Graph graph;
  const Value x = numbers(graph, {2, 4});
  CHECK(elements(x + 1.0) == std::vector<double>{3, 5});
  CHECK(elements(1.0 + x) == std::vector<double>{3, 5});
  CHECK(elements(x - 1.0) == std::vector<double>{1, 3});
  CHECK(elements(1.0 - x) == std::vector<double>{-1, -3});
  CHECK(elements(x * 3.0) == std::vector<double>{6, 12});
  CHECK(elements(3.0 * x) == std::vector<double>{6, 12});
  CHECK(elements(x / 4.0) == std::vector<double>{0.5, 1});
  CHECK(elements(4.0 / x) == std::vector<double>{2, 1});
  CHECK(elements(-x) == std::vector<double>{-2, -4});
}

TEST_CASE("dropout draws by seed, stream, step and element alone, with equal bits on both backends") {
  constexpr std::int64_t count = 100'000;  // enough for every thread to have a part
  const auto drop = [&](double step, const DropoutOptions& options, const Backend& backend) {
    Graph graph;
    const Value ones = broadcast(graph.constant(1.0), {count});
    graph.output("y", dropout(ones, graph.constant(step, DType::i32), options));
    return test::run(graph, {}, backend).at("y");
  };
  const DropoutOptions options{.rate = 0.2, .seed = 5, .stream = "context/3"};
  const Tensor first = drop(1, options, reference_backend());
  CHECK(first == drop(1, options, onednn_backend()));
  std::int64_t dropped = 0;
  for (const float y : first.as<float>()) {
    CHECK((y == 0.0F || y == 1.25F));
    dropped += y == 0.0F ? 1 : 0;
  }
  CHECK(std::abs(static_cast<double>(dropped) / count - 0.2) < 0.005);  // four standard deviations
  CHECK(first != drop(2, options, onednn_backend()));
  CHECK(first != drop(1, {.rate = 0.2, .seed = 6, .stream = "context/3"}, onednn_backend()));
  CHECK(first != drop(1, {.rate = 0.2, .seed = 5, .stream = "context/4"}, onednn_backend()));
  CHECK(drop(1, {.rate = 0.0, .stream = "none"}, onednn_backend()) == Tensor::full({DType::f32, {count}}, 1.0));
}

TEST_CASE("dropout drops what it always did: a training goes on with the draws that it began with") {
  const auto kept = [](double step) {
    Graph graph;
    const Value ones = broadcast(graph.constant(1.0), {32});
    const Tensor y =
        test::evaluate(dropout(ones, graph.constant(step, DType::i32), {.rate = 0.5, .seed = 7, .stream = "dice"}));
    std::string kept;
    for (const float element : y.as<float>()) kept += element == 0.0F ? '0' : '1';
    return kept;
  };
  CHECK(kept(3) == "10010000111000110010100101100001");
  CHECK(kept(-2) == "11110010011001101100101011101011");
}

TEST_CASE("dropout refuses a share of everything and a step that is no count") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {3});
  const Value step = graph.constant(1.0, DType::i32);
  CHECK(error_of([&] { dropout(x, step, {.rate = 1.0}); }) ==
        "dropout 'dropout': the rate is 1: a number in [0, 1) is needed");
  CHECK(error_of([&] { dropout(x, graph.constant(1.0), {}); }) ==
        "dropout 'dropout': the step is f32[]: i32[] is needed");
}

TEST_CASE("i32 counts: sums, differences and products, but no quotients") {
  Graph graph;
  const Value step = graph.constant(41.0, DType::i32);
  CHECK(evaluate(step + 1.0) == Tensor::scalar<std::int32_t>(42));
  CHECK(evaluate(step * 2.0 - 1.0) == Tensor::scalar<std::int32_t>(81));
  CHECK(error_of([&] { step / 2.0; }) == "div 'div': a is i32[]: a floating-point type is needed");
}

TEST_CASE("i32 wraps around instead of overflowing") {
  Graph graph;
  const Value most = graph.constant(2147483647.0, DType::i32);
  CHECK(evaluate(most + 1.0) == Tensor::scalar<std::int32_t>(-2147483647 - 1));
  CHECK(evaluate(most * most) == Tensor::scalar<std::int32_t>(1));
}

TEST_CASE("an element type that a backend does not compute in is refused when the graph is compiled") {
  Graph graph;
  graph.output("y", tanh(graph.input("x", DType::bf16, {3})));
  CHECK(error_of([&] { compile(graph, reference_backend()); }) ==
        "tanh 'tanh': the reference backend has no kernel for tanh in bf16");
}

TEST_CASE("mismatches name both sides") {
  Graph graph;
  const Value a = graph.input("a", DType::f32, {2, 3});
  const Value b = graph.input("b", DType::f32, {2, 4});
  const Value ids = graph.input("ids", DType::i32, {2, 3});
  CHECK(error_of([&] { a + b; }) == "add 'add': shapes do not broadcast: lhs [2,3], rhs [2,4]");
  CHECK(error_of([&] { a* ids; }) == "mul 'mul': element types differ: lhs f32[2,3], rhs i32[2,3]");
  CHECK(error_of([&] { tanh(ids); }) == "tanh 'tanh': x is i32[2,3]: a floating-point type is needed");
  CHECK(error_of([&] { tanh(Value()); }) == "tanh: operand 0 is a null value");
  CHECK(error_of([&] { a + Value(); }) == "add 'add': operand 1 is a null value");
  CHECK(error_of([&] { Value() + 1.0; }) == "a number is combined with a null value");
  CHECK(graph.node_count() == 3);
}

TEST_CASE("values far from 0") {
  Graph graph;
  const double infinity = std::numeric_limits<double>::infinity();
  const Value x = numbers(graph, {-1000, 0, 1000});
  CHECK(elements(sigmoid(x)) == std::vector<double>{0, 0.5, 1});
  CHECK(elements(tanh(x)) == std::vector<double>{-1, 0, 1});
  CHECK(elements(relu(x)) == std::vector<double>{0, 0, 1000});
  CHECK(elements(exp(x)) == std::vector<double>{0, 1, infinity});
  CHECK(elements(log(numbers(graph, {0, 1}))) == std::vector<double>{-infinity, 0});
  CHECK(elements(sqrt(numbers(graph, {0, 9}))) == std::vector<double>{0, 3});
}

TEST_CASE("not-a-number passes through, so that the execution's check can find its source") {
  Graph graph;
  const Value nan = numbers(graph, {std::numeric_limits<double>::quiet_NaN()});
  for (const Value y : {relu(nan), tanh(nan), sigmoid(nan), exp(nan), nan + 1.0, reduce_sum(nan), reduce_max(nan)})
    CHECK(std::isnan(evaluate(y).number(0)));
}

TEST_CASE("the derivative of relu at 0 is 0") {
  Graph graph;
  const Value x = graph.input("x", DType::f64, {3});
  const Value dx = gradients(reduce_sum(relu(x)), std::vector<Value>{x})[0];
  const Tensor gradient = evaluate(dx, {{"x", Tensor::of<double>({3}, {-1, 0, 2})}});
  CHECK(gradient == Tensor::of<double>({3}, {0, 0, 1}));
}

TEST_CASE("a number of another kind than the value's is refused") {
  Graph graph;
  const Value ids = graph.input("ids", DType::i32, {3});
  CHECK(error_of([&] { ids * 0.5; }).starts_with("the number 0.5 is no i32"));
  CHECK(error_of([&] { ids + 1.5; }).starts_with("the number 1.5 is no i32"));
  CHECK((ids * 2.0).dtype() == DType::i32);
}

TEST_CASE("dropouts without a stream draw different masks") {
  Graph graph;
  const Value ones = broadcast(graph.constant(1.0), {1000});
  const Value step = graph.constant(3, DType::i32);
  graph.output("a", dropout(ones, step, {}));
  graph.output("b", dropout(ones, step, {}));
  const TensorMap results = test::run(graph, {}, reference_backend());
  CHECK(results.at("a") != results.at("b"));
  CHECK(results == test::run(graph, {}, onednn_backend()));
}

TEST_CASE("no gradient passes a stop_gradient") {
  Graph graph;
  const Value x = graph.parameter("x", {3}, Initializer::constant(2.0));
  const Value stopped = stop_gradient(x * x);
  graph.output("through x alone", gradients(reduce_sum(stopped * x), {x})[0]);
  graph.output("through nothing", gradients(reduce_sum(stopped), {x})[0]);
  const TensorMap results = test::run(graph, {}, reference_backend());
  CHECK(results.at("through x alone") == Tensor::full({DType::f32, {3}}, 4.0));
  CHECK(results.at("through nothing") == Tensor::full({DType::f32, {3}}, 0.0));
}

}  // namespace weft

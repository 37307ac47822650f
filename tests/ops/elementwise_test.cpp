#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "passes/autodiff/autodiff.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

using test::elements;
using test::error_of;
using test::evaluate;
using test::numbers;

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

TEST_CASE("ops in bf16 give what they give in f32, rounded") {
  Graph graph;
  const Value x = graph.input("x", DType::bf16, {5});
  graph.output("y", tanh(x * x - 0.25));
  Graph in_f32;
  const auto rounded = [](Value value) { return cast(cast(value, DType::bf16), DType::f32); };
  const Value z = in_f32.input("x", DType::f32, {5});
  in_f32.output("y", rounded(tanh(rounded(rounded(z * z) - 0.25))));
  const Tensor numbers = Tensor::of<float>({5}, {0.5F, -1.25F, 3.0F, 0.0F, 0.4375F});
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    const Tensor y = Execution(compile(graph, *backend)).run({{"x", numbers.converted_to(DType::bf16)}}).at("y");
    CHECK(y.dtype() == DType::bf16);
    CHECK(y.converted_to(DType::f32) == Execution(compile(in_f32, *backend)).run({{"x", numbers}}).at("y"));
  }
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

TEST_CASE("functions of one number, worked out by hand") {
  Graph graph;
  const double infinity = std::numeric_limits<double>::infinity();
  const Value x = numbers(graph, {-2.5, -1.5, -0.5, 0, 0.5, 1.5, 2.5});
  CHECK(elements(abs(x)) == std::vector<double>{2.5, 1.5, 0.5, 0, 0.5, 1.5, 2.5});
  CHECK(elements(sign(x)) == std::vector<double>{-1, -1, -1, 0, 1, 1, 1});
  CHECK(elements(floor(x)) == std::vector<double>{-3, -2, -1, 0, 0, 1, 2});
  CHECK(elements(ceil(x)) == std::vector<double>{-2, -1, 0, 0, 1, 2, 3});
  CHECK(elements(round(x)) == std::vector<double>{-2, -2, 0, 0, 0, 2, 2});
  CHECK(elements(square(x)) == std::vector<double>{6.25, 2.25, 0.25, 0, 0.25, 2.25, 6.25});
  CHECK(elements(clamp(x, -1.0, 2.0)) == std::vector<double>{-1, -1, -0.5, 0, 0.5, 1.5, 2});
  CHECK(elements(reciprocal(numbers(graph, {-4, 0.5, infinity}))) == std::vector<double>{-0.25, 2, 0});
  CHECK(elements(rsqrt(numbers(graph, {4, 0.25, 0}))) == std::vector<double>{0.5, 2, infinity});
  CHECK(elements(log1p(numbers(graph, {0, 1e-20, -1, infinity}))) ==
        std::vector<double>{0, 1e-20, -infinity, infinity});
  CHECK(elements(expm1(numbers(graph, {0, 1e-20, -1000, 1000}))) == std::vector<double>{0, 1e-20, -1, infinity});
  CHECK(elements(erf(numbers(graph, {0, 10, -10}))) == std::vector<double>{0, 1, -1});
  CHECK(elements(erf(numbers(graph, {0.5})))[0] == doctest::Approx(0.5204998778130465).epsilon(1e-14));
  CHECK(elements(sin(numbers(graph, {0, 1})))[1] == doctest::Approx(0.8414709848078965).epsilon(1e-14));
  CHECK(elements(cos(numbers(graph, {0, 1})))[1] == doctest::Approx(0.5403023058681398).epsilon(1e-14));
}

TEST_CASE("activations, worked out by hand, and far from 0") {
  Graph graph;
  const Value x = numbers(graph, {-1000, -1, 0, 2, 1000});
  CHECK(elements(softplus(x))[0] == 0.0);
  CHECK(elements(softplus(x))[2] == doctest::Approx(std::log(2.0)).epsilon(1e-14));
  CHECK(elements(softplus(x))[4] == 1000.0);
  CHECK(elements(leaky_relu(x, 0.25)) == std::vector<double>{-250, -0.25, 0, 2, 1000});
  const std::vector<double> e = elements(elu(x, 2.0));
  CHECK(e[0] == -2.0);
  CHECK(e[1] == doctest::Approx(2.0 * (std::exp(-1.0) - 1.0)).epsilon(1e-14));
  CHECK(std::vector<double>(e.begin() + 2, e.end()) == std::vector<double>{0, 2, 1000});
  const std::vector<double> s = elements(silu(x));
  CHECK(s[1] == doctest::Approx(-1.0 / (1.0 + std::exp(1.0))).epsilon(1e-14));
  CHECK(s[2] == 0.0);
  CHECK(s[4] == 1000.0);
  // 2 times the probability that a normal variable is below 2.
  const std::vector<double> exact = elements(gelu(x));
  CHECK(exact[3] == doctest::Approx(2.0 * 0.9772498680518208).epsilon(1e-14));
  CHECK(exact[2] == 0.0);
  CHECK(exact[4] == 1000.0);
  const std::vector<double> near = elements(gelu(x, GeluForm::tanh));
  CHECK(near[3] == doctest::Approx(1.0 + std::tanh(std::sqrt(2.0 / 3.14159265358979323846) * (2.0 + 0.044715 * 8.0))));
  CHECK(near[4] == 1000.0);
}

TEST_CASE("functions of two numbers, worked out by hand") {
  Graph graph;
  const double infinity = std::numeric_limits<double>::infinity();
  const Value a = numbers(graph, {5, -5, 5, -5, 6});
  const Value b = numbers(graph, {3, 3, -3, -3, 3});
  CHECK(elements(remainder(a, b)) == std::vector<double>{2, 1, -1, -2, 0});
  CHECK(elements(minimum(a, b)) == std::vector<double>{3, -5, -3, -5, 3});
  CHECK(elements(maximum(a, b)) == std::vector<double>{5, 3, 5, -3, 6});
  CHECK(elements(pow(numbers(graph, {2, -2, 0, 0, 9}), numbers(graph, {10, 3, 0, -1, 0.5}))) ==
        std::vector<double>{1024, -8, 1, infinity, 3});
  CHECK(elements(pow(numbers(graph, {3, -3}), 2.0)) == std::vector<double>{9, 9});
  CHECK(std::isnan(elements(pow(numbers(graph, {-2}), 0.5))[0]));
  CHECK(std::isnan(elements(remainder(numbers(graph, {1}), numbers(graph, {0})))[0]));
}

TEST_CASE("NaN of either side is the smaller and the larger one") {
  Graph graph;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Value y : {minimum(numbers(graph, {nan}), numbers(graph, {1})), sign(numbers(graph, {nan})),
                        minimum(numbers(graph, {1}), numbers(graph, {nan})), abs(numbers(graph, {nan})),
                        maximum(numbers(graph, {nan}), numbers(graph, {1})), floor(numbers(graph, {nan})),
                        maximum(numbers(graph, {1}), numbers(graph, {nan})), softplus(numbers(graph, {nan})),
                        leaky_relu(numbers(graph, {nan})), elu(numbers(graph, {nan})), silu(numbers(graph, {nan}))})
    CHECK(std::isnan(evaluate(y).number(0)));
}

TEST_CASE("cast cuts towards zero, and knows what does not fit") {
  const double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> x{-1.9, -0.5, 0.5, 1.9, 3e9, -3e9, infinity, -infinity, nan};
  const std::int32_t most = std::numeric_limits<std::int32_t>::max();
  const std::int32_t least = std::numeric_limits<std::int32_t>::min();
  const Tensor integers = Tensor::of<std::int32_t>({9}, {-1, 0, 0, 1, most, least, most, least, 0});
  for (const Backend* backend : {&reference_backend(), &onednn_backend()})
    for (const DType floats : {DType::f32, DType::f64}) {
      CAPTURE(backend->name());
      Graph graph;
      const Value input = graph.input("x", floats, {9});
      graph.output("integers", cast(input, DType::i32));
      graph.output("flags", cast(input, DType::boolean));
      graph.output("again", cast(cast(input, DType::boolean), floats));
      const TensorMap results = test::run(graph, {{"x", Tensor::of(Shape{9}, x).converted_to(floats)}}, *backend);
      CHECK(results.at("integers") == integers);
      CHECK(results.at("flags") == Tensor::full({DType::boolean, {9}}, 1.0));
      CHECK(results.at("again") == Tensor::full({floats, {9}}, 1.0));
    }
}

TEST_CASE("cast between integers, flags and floats") {
  Graph graph;
  const Value whole = graph.constant(Tensor::of<std::int32_t>({4}, {16777217, -1, 0, 2}));
  CHECK(evaluate(cast(whole, DType::f32)) == Tensor::of<float>({4}, {16777216.0F, -1, 0, 2}));
  CHECK(evaluate(cast(whole, DType::f64)) == Tensor::of<double>({4}, {16777217.0, -1, 0, 2}));
  const Value flags = cast(whole, DType::boolean);
  CHECK(evaluate(flags) == Tensor::of<std::uint8_t>({4}, {1, 1, 0, 1}));
  CHECK(evaluate(cast(flags, DType::i32)) == Tensor::of<std::int32_t>({4}, {1, 1, 0, 1}));
  CHECK(evaluate(cast(graph.constant(0.1, DType::f64), DType::f32)) == Tensor::scalar<float>(0.1F));
}

TEST_CASE("the gradient of a cast is in the type of what is cast") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2});
  const Value y = cast(x, DType::f64);
  const Value dx = gradients(reduce_sum(y * y), std::vector<Value>{x})[0];
  CHECK(evaluate(dx, {{"x", Tensor::of<float>({2}, {3, -1})}}) == Tensor::of<float>({2}, {6, -2}));
  const Value flat = gradients(reduce_sum(cast(cast(x, DType::i32), DType::f64)), std::vector<Value>{x})[0];
  CHECK(evaluate(flat, {{"x", Tensor::of<float>({2}, {3, -1})}}) == Tensor::of<float>({2}, {0, 0}));
}

TEST_CASE("i32: negatives, magnitudes, signs, the smaller and the larger one, on both backends") {
  const std::int32_t least = std::numeric_limits<std::int32_t>::min();
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    Graph graph;
    const Value a = graph.input("a", DType::i32, {3});
    const Value b = graph.input("b", DType::i32, {3});
    graph.output("neg", -a);
    graph.output("abs", abs(a));
    graph.output("sign", sign(a));
    graph.output("minimum", minimum(a, b));
    graph.output("maximum", maximum(a, b));
    graph.output("clamp", clamp(a, -2.0, 2.0));
    const auto i32 = [](const std::vector<std::int32_t>& elements) { return Tensor::of(Shape{3}, elements); };
    const TensorMap y = test::run(graph, {{"a", i32({7, -3, least})}, {"b", i32({7, 5, 0})}}, *backend);
    CHECK(y.at("neg") == i32({-7, 3, least}));  // which has no negative, and wraps around
    CHECK(y.at("abs") == i32({7, 3, least}));
    CHECK(y.at("sign") == i32({1, -1, -1}));
    CHECK(y.at("minimum") == i32({7, -3, least}));
    CHECK(y.at("maximum") == i32({7, 5, 0}));
    CHECK(y.at("clamp") == i32({2, -2, -2}));
  }
}

TEST_CASE("derivatives where there is a choice") {
  Graph graph;
  const Value x = graph.input("x", DType::f64, {3});
  const auto derivative = [&](Value y) {
    const Value dx = gradients(reduce_sum(y), std::vector<Value>{x})[0];
    const Tensor tensor = evaluate(dx, {{"x", Tensor::of<double>({3}, {-1, 0, 2})}});
    return std::vector<double>(tensor.as<double>().begin(), tensor.as<double>().end());
  };
  const Value zero = graph.constant(0.0, DType::f64);
  CHECK(derivative(abs(x)) == std::vector<double>{-1, 0, 1});
  CHECK(derivative(maximum(x, zero)) == std::vector<double>{0, 0.5, 1});
  CHECK(derivative(minimum(x, zero)) == std::vector<double>{1, 0.5, 0});
  CHECK(derivative(softplus(x))[1] == 0.5);
  CHECK(derivative(leaky_relu(x, 0.25)) == std::vector<double>{0.25, 1, 1});
  CHECK(derivative(elu(x))[1] == 1.0);
  CHECK(derivative(pow(x, 2.0)) == std::vector<double>{-2, 0, 4});
  CHECK(derivative(pow(x, 0.0)) == std::vector<double>{0, 0, 0});
  CHECK(derivative(pow(zero, square(x))) == std::vector<double>{0, 0, 0});
  CHECK(derivative(floor(x) + sign(x) + round(x)) == std::vector<double>{0, 0, 0});
}

TEST_CASE("mismatches of the newer ops name both sides") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value ids = graph.input("ids", DType::i32, {2, 3});
  const Value flags = graph.input("flags", DType::boolean, {2, 3});
  CHECK(error_of([&] { abs(flags); }) == "abs 'abs': x is bool[2,3]: a floating-point type or i32 is needed");
  CHECK(error_of([&] { -flags; }) == "neg 'neg': x is bool[2,3]: a floating-point type or i32 is needed");
  CHECK(error_of([&] { floor(ids); }) == "floor 'floor': x is i32[2,3]: a floating-point type is needed");
  CHECK(error_of([&] { pow(ids, ids); }) == "pow 'pow': a is i32[2,3]: a floating-point type is needed");
  CHECK(error_of([&] { remainder(x, ids); }) ==
        "remainder 'remainder': element types differ: lhs f32[2,3], rhs i32[2,3]");
  CHECK(error_of([&] { maximum(flags, flags); }) ==
        "maximum 'maximum': a is bool[2,3]: a floating-point type or i32 is needed");
  CHECK(error_of([&] { clamp(x, 2.0, 1.0); }) == "clamp: low 2 is above high 1");
  CHECK(error_of([&] {
          graph.add1(*all_ops().find("cast"), {x}, {{"dtype", std::string("f16")}});
        }).starts_with("cast 'cast': unknown element type 'f16'"));
}

}  // namespace weft

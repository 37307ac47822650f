#include <doctest/doctest.h>

#include <limits>

#include "ops/op_list.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

using test::elements;
using test::error_of;
using test::evaluate;
using test::numbers;

/// 1, 2, 3, ...
Value count(Graph& graph, const Shape& shape) {
  Tensor tensor(TensorType{DType::f64, shape});
  for (std::int64_t i = 0; i < shape.volume(); ++i) tensor.set_number(i, static_cast<double>(i + 1));
  return graph.constant(tensor);
}

/// The message without the op and the node that stand before it, the latter being numbered.
template <typename Action>
std::string reason_of(Action&& action) {
  const std::string message = error_of(action);
  const std::size_t behind = message.find("': ");
  return behind == std::string::npos ? message : message.substr(behind + 3);
}

}  // namespace

TEST_CASE("conv is a cross-correlation: the filter is not turned round") {
  Graph graph;
  const Value x = count(graph, {1, 1, 4});
  const Value filter = numbers(graph, {1, 1, 2}, {10, 1});
  CHECK(elements(conv1d(x, filter)) == std::vector<double>{12, 23, 34});
  CHECK(elements(conv1d(x, filter, {.padding = 1})) == std::vector<double>{1, 12, 23, 34, 40});
  CHECK(elements(conv1d(x, filter, {.padding = {1, 0}})) == std::vector<double>{1, 12, 23, 34});
  CHECK(elements(conv1d(x, filter, {.strides = 2})) == std::vector<double>{12, 34});
  CHECK(elements(conv1d(x, filter, {.dilations = 3})) == std::vector<double>{14});
  CHECK(elements(conv1d(x, filter, {.bias = numbers(graph, {1}, {100})})) == std::vector<double>{112, 123, 134});
}

TEST_CASE("conv sums over the channels of a group") {
  Graph graph;
  const Value x = numbers(graph, {1, 4, 1, 1}, {1, 2, 3, 4});
  CHECK(elements(conv2d(x, numbers(graph, {1, 4, 1, 1}, {1, 10, 100, 1000}))) == std::vector<double>{4321});
  const Value filter = numbers(graph, {2, 2, 1, 1}, {1, 10, 100, 1000});
  CHECK(elements(conv2d(x, filter, {.groups = 2})) == std::vector<double>{21, 4300});
}

TEST_CASE("conv of planes and of space") {
  Graph graph;
  // 1 2 3     the window: 1 0
  // 4 5 6                 0 2
  // 7 8 9
  const Value plane = count(graph, {1, 1, 3, 3});
  CHECK(elements(conv2d(plane, numbers(graph, {1, 1, 2, 2}, {1, 0, 0, 2}))) == std::vector<double>{11, 14, 20, 23});
  CHECK(elements(conv2d(plane, numbers(graph, {1, 1, 1, 2}, {1, 1}), {.strides = {2, 1}})) ==
        std::vector<double>{3, 5, 15, 17});
  CHECK(elements(conv3d(count(graph, {1, 1, 2, 2, 2}), numbers(graph, {1, 1, 2, 1, 1}, {1, 10}))) ==
        std::vector<double>{51, 62, 73, 84});
}

TEST_CASE("conv_transpose spreads each element over a window") {
  Graph graph;
  const Value x = count(graph, {1, 1, 2});
  const Value filter = numbers(graph, {1, 1, 2}, {10, 1});
  CHECK(elements(conv_transpose(x, filter)) == std::vector<double>{10, 21, 2});
  CHECK(elements(conv_transpose(x, filter, {.strides = 3}, 1)) == std::vector<double>{10, 1, 0, 20, 2, 0});
  CHECK(elements(conv_transpose(x, filter, {.padding = {0, 1}})) == std::vector<double>{10, 21});
  CHECK(elements(conv_transpose(x, filter, {.dilations = 2})) == std::vector<double>{10, 20, 1, 2});
  const Value to_two = numbers(graph, {1, 2, 1}, {1, 10});
  CHECK(elements(conv_transpose(x, to_two, {.bias = numbers(graph, {2}, {0.5, 0.25})})) ==
        std::vector<double>{1.5, 2.5, 10.25, 20.25});
}

TEST_CASE("max_pool takes the largest element, and never the padding") {
  Graph graph;
  const Value x = numbers(graph, {1, 1, 5}, {-3, -1, -2, -9, -4});
  CHECK(elements(max_pool(x, 2)) == std::vector<double>{-1, -2});
  CHECK(elements(max_pool(x, 2, {.strides = 1})) == std::vector<double>{-1, -1, -2, -4});
  CHECK(elements(max_pool(x, 3, {.strides = 3, .padding = {1, 0}})) == std::vector<double>{-1, -2});
  CHECK(elements(max_pool(count(graph, {1, 1, 4, 4}), 2)) == std::vector<double>{6, 8, 14, 16});
  CHECK(elements(max_pool(count(graph, {1, 1, 4, 4}), {1, 4})) == std::vector<double>{4, 8, 12, 16});
  CHECK(elements(global_max_pool(count(graph, {1, 2, 2, 2}))) == std::vector<double>{4, 8});
}

TEST_CASE("the first of equals has all of max_pool's gradient") {
  Graph graph;
  const Value x = numbers(graph, {1, 1, 4}, {1, 7, 7, 2});
  const std::vector<Value> operands{x, numbers(graph, {1, 1, 3}, {1, 10, 100})};
  const Attributes& attributes = graph.node(max_pool(x, 2, {.strides = 1}).producer()).attributes;
  CHECK(elements(graph.add(op::max_pool_gradient, operands, attributes)[0]) == std::vector<double>{0, 11, 100, 0});
  const std::vector<Value> values{x, count(graph, {1, 1, 4})};
  CHECK(elements(graph.add(op::max_pool, values, attributes)[0]) == std::vector<double>{2, 2, 3});
}

TEST_CASE("average_pool counts the padding or not") {
  Graph graph;
  const Value x = numbers(graph, {1, 1, 4}, {2, 4, 6, 8});
  CHECK(elements(average_pool(x, 2)) == std::vector<double>{3, 7});
  CHECK(elements(average_pool(x, 2, {.padding = 1})) == std::vector<double>{1, 5, 4});
  CHECK(elements(average_pool(x, 2, {.padding = 1}, false)) == std::vector<double>{2, 5, 8});
  CHECK(elements(average_pool(count(graph, {1, 1, 2, 2}), 2, {.strides = 1, .padding = 1}, false)) ==
        std::vector<double>{1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4});
  CHECK(elements(global_average_pool(count(graph, {1, 2, 2, 2}))) == std::vector<double>{2.5, 6.5});
}

TEST_CASE("with channels last, the same numbers stand in another order") {
  Graph graph;
  const Value x = count(graph, {2, 3, 4, 5});
  const Value last = transpose(x, {0, 2, 3, 1});
  const auto check = [](Value first, Value made) {
    CHECK(made.shape() == transpose(first, {0, 2, 3, 1}).shape());
    CHECK(elements(transpose(made, {0, 3, 1, 2})) == elements(first));
  };
  const Value bias = numbers(graph, {4}, {1, 2, 3, 4});
  const auto convolved = [&](bool channels_last) {
    return conv(channels_last ? last : x, count(graph, {4, 3, 3, 2}),
                {.strides = {2, 1}, .padding = {1, 0}, .bias = bias, .channels_last = channels_last});
  };
  check(convolved(false), convolved(true));
  const auto spread = [&](bool channels_last) {
    return conv_transpose(channels_last ? last : x, count(graph, {3, 4, 3, 2}),
                          {.strides = {2, 1}, .padding = {1, 0}, .bias = bias, .channels_last = channels_last}, {1, 0});
  };
  check(spread(false), spread(true));
  check(max_pool(x, 2, {.padding = {1, 0}}), max_pool(last, 2, {.padding = {1, 0}, .channels_last = true}));
  check(average_pool(x, 2, {.padding = {1, 0}}, false),
        average_pool(last, 2, {.padding = {1, 0}, .channels_last = true}, false));
  CHECK(elements(global_max_pool(last, true)) == elements(global_max_pool(x)));
  CHECK(elements(global_average_pool(last, true)) == elements(global_average_pool(x)));
  CHECK(reason_of([&] {
          conv(last, count(graph, {4, 5, 1, 1}), {.channels_last = true});
        }) == "the filter takes 5 channels a group, x has 3 for 1 groups: filter [4,5,1,1], x [2,4,5,3]");
}

TEST_CASE("mismatches of convolutions name both sides") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 4, 7, 5});
  const Value filter = graph.input("filter", DType::f32, {6, 4, 3, 3});
  const Value y = conv(x, filter);
  CHECK(error_of([&] { conv1d(x, filter); }) ==
        "conv1d: x 'x' is f32[2,4,7,5]: batch, channels and 1 spatial axes are needed");
  CHECK(reason_of([&] {
          conv(graph.input("row", DType::f32, {2, 4}), filter);
        }) == "x [batch, channels, spatial...] with one, two or three spatial axes is needed: x [2,4]");
  CHECK(reason_of([&] {
          conv(x, graph.input("line", DType::f32, {6, 4, 3}));
        }) ==
        "a filter [out channels, channels / groups, window...] of rank 4 is needed: filter [6,4,3], x "
        "[2,4,7,5]");
  CHECK(reason_of([&] { conv(x, filter, {.groups = 2}); }) ==
        "the filter takes 4 channels a group, x has 4 for 2 groups: filter [6,4,3,3], x [2,4,7,5]");
  CHECK(reason_of([&] { conv(x, filter, {.groups = 4}); }) ==
        "the filter's 6 channels do not fall into 4 groups: filter [6,4,3,3]");
  CHECK(reason_of([&] { conv(x, filter, {.dilations = 3}); }) ==
        "a window of 7 elements does not fit on spatial axis 1: x [2,4,7,5] has 5 there with padding, "
        "window [3,3]");
  CHECK(reason_of([&] {
          conv(x, filter, {.strides = {1, 2, 3}});
        }) == "strides [1,2,3] has 3 numbers: 2 are needed for 2 spatial axes");
  CHECK(reason_of([&] { conv(x, filter, {.strides = {1, 0}}); }) == "strides [1,0] must be from 1 to 1099511627776");
  CHECK(reason_of([&] { conv(x, filter, {.padding = -1}); }) ==
        "padding [-1,-1,-1,-1] must be from 0 to 1099511627776");
  CHECK(reason_of([&] { conv(x, filter, {.bias = graph.input("bias", DType::f32, {5})}); }) ==
        "the bias needs one element a channel of the result: bias f32[5], filter f32[6,4,3,3]");
  CHECK(reason_of([&] {
          conv(x, graph.input("doubles", DType::f64, {6, 4, 3, 3}));
        }) == "element types differ: lhs f32[2,4,7,5], rhs f64[6,4,3,3]");
  CHECK(error_of([&] {
          conv_input_gradient(y, filter, {8, 5});
        }) ==
        "conv_input_gradient 'conv_input_gradient': the cotangent is f32[2,6,5,3]: of x [2,4,8,5] and filter "
        "f32[6,4,3,3] conv makes [2,6,6,3]");
  CHECK(error_of([&] {
          conv_input_gradient(y, filter, {7, 0});
        }) == "conv_input_gradient 'conv_input_gradient': spatial [7,0] must be from 1 to 1099511627776");
  CHECK(error_of([&] {
          conv_input_gradient(y, filter, {7, 5}, {.bias = x});
        }) == "conv_input_gradient: a bias is given, which has no part in this gradient");
  CHECK(error_of([&] {
          conv_filter_gradient(x, y, {3, 2});
        }) ==
        "conv_filter_gradient 'conv_filter_gradient': the cotangent is f32[2,6,5,3]: of x f32[2,4,7,5] and filter "
        "[6,4,3,2] conv makes [2,6,5,4]");
  CHECK(error_of([&] { conv_filter_gradient(x, y, 3, {.bias = x}); }) ==
        "conv_filter_gradient: a bias is given, which has no part in this gradient");
  CHECK(error_of([&] { conv_filter_gradient(x, y, 3, {.groups = 3}); }) ==
        "conv_filter_gradient 'conv_filter_gradient': the channels of x f32[2,4,7,5] do not fall into 3 groups");
  CHECK(error_of([&] { conv_transpose(x, filter); }) ==
        "conv_input_gradient 'conv_input_gradient': the cotangent is f32[2,4,7,5]: of x [2,4,9,7] and filter "
        "f32[6,4,3,3] conv makes [2,6,7,5]");
  const Value turned = graph.input("turned", DType::f32, {4, 6, 3, 3});
  CHECK(error_of([&] { conv_transpose(x, turned, {.strides = 2}, 2); }) ==
        "conv_transpose: the output padding 2 must be from 0 to below the stride 2");
  CHECK(error_of([&] { conv_transpose(x, turned, {.bias = graph.input("b", DType::f32, {4})}); }) ==
        "conv_transpose: the bias needs one element a channel of the result: bias f32[4], result f32[2,6,9,7]");
  CHECK(error_of([&] { conv(Value(), filter); }) == "conv: operand 0 is a null value");
}

TEST_CASE("mismatches of poolings name both sides") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3, 7, 5});
  CHECK(error_of([&] { max_pool(x, 6); }) ==
        "max_pool 'max_pool': a window of 6 elements does not fit on spatial axis 1: x [2,3,7,5] has 5 there with "
        "padding, window [6,6]");
  CHECK(error_of([&] { max_pool(x, 2, {.padding = 2}); }) ==
        "max_pool 'max_pool': the padding 2 and 2 must be less than the window of 2: no window may lie in the padding");
  CHECK(error_of([&] {
          max_pool(x, {2, 2, 2});
        }) == "max_pool 'max_pool': a window of 3 axes does not fit 2 spatial axes: window [2,2,2], x [2,3,7,5]");
  CHECK(error_of([&] { average_pool(x, 0); }) ==
        "average_pool 'average_pool': window [0,0] must be from 1 to 1099511627776");
  CHECK(error_of([&] {
          average_pool(graph.constant(Tensor::of<std::int32_t>({1, 1, 2}, {1, 2})), 1);
        }) == "average_pool 'average_pool': x is i32[1,1,2]: a floating-point type is needed");
  CHECK(error_of([&] {
          global_average_pool(graph.input("row", DType::f32, {2, 3}));
        }) == "global_average_pool: x 'row' is f32[2,3]: batch, channels and spatial axes are needed");
  const Attributes& attributes = graph.node(max_pool(x, 2).producer()).attributes;
  const std::vector<Value> operands{x, x};
  CHECK(error_of([&] { graph.add(op::max_pool_gradient, operands, attributes); }) ==
        "max_pool_gradient 'max_pool_gradient': the cotangent is f32[2,3,7,5]: of x f32[2,3,7,5] max_pool makes "
        "[2,3,3,2]");
}

TEST_CASE("sizes of windows that would overflow are refused, and large ones run") {
  constexpr std::int64_t huge = Shape::max_volume;
  constexpr std::int64_t beyond = std::numeric_limits<std::int64_t>::max();
  Graph graph;
  const Value x = graph.input("x", DType::f32, {1, 1, 3});
  const Value filter = graph.input("filter", DType::f32, {1, 1, 2});
  for (const std::int64_t number : {beyond, -beyond, huge + 1}) {
    CHECK_THROWS_AS(conv(x, filter, {.strides = number}), Error);
    CHECK_THROWS_AS(conv(x, filter, {.padding = number}), Error);
    CHECK_THROWS_AS(conv(x, filter, {.dilations = number}), Error);
    CHECK_THROWS_AS(conv(x, filter, {.groups = number}), Error);
    CHECK_THROWS_AS(conv_transpose(x, filter, {.strides = number}), Error);
    CHECK_THROWS_AS(conv_transpose(x, filter, {.padding = number}), Error);
    CHECK_THROWS_AS(conv_transpose(x, filter, {.dilations = number}), Error);
    CHECK_THROWS_AS(conv_transpose(x, filter, {}, number), Error);
    CHECK_THROWS_AS(conv_input_gradient(x, filter, number), Error);
    CHECK_THROWS_AS(conv_filter_gradient(x, x, number), Error);
    CHECK_THROWS_AS(max_pool(x, number), Error);
    CHECK_THROWS_AS(average_pool(x, 2, {.strides = number}), Error);
  }
  CHECK(conv(x, filter, {.strides = huge}).shape() == Shape{1, 1, 1});
  CHECK(conv(x, filter, {.padding = {huge, 0}, .dilations = huge}).shape() == Shape{1, 1, 3});
}

}  // namespace weft

// Convolutions and poolings against the reference kernels in f64, and their bits on any number of threads: at extents
// that leave rests behind oneDNN's blocks of channels, our blocks of windows, and parts of a batch, with the channels second
// and last.

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/products/conv_primitive.h"
#include "graph/base/bfloat16.h"
#include "graph/base/random.h"
#include "passes/autodiff/autodiff.h"
#include "tests/backends/onednn/test.h"

namespace weft {
namespace {

/// A shape [batch, channels, spatial...] with its channels last.
Shape with_channels_last(const Shape& shape) {
  std::vector<std::int64_t> extents(shape.begin(), shape.end());
  std::rotate(extents.begin() + 1, extents.begin() + 2, extents.end());
  return Shape(extents);
}

struct ConvCase {
  Shape x;
  Shape filter;
  ConvOptions options = {};
  DType factors = DType::f32;
};

/// The convolution and both gradients, the filter a value and a variable; x's shape is given with its channels second.
Graph graph_of(const ConvCase& of) {
  Graph graph;
  const Value x = graph.input("x", of.factors, of.options.channels_last ? with_channels_last(of.x) : of.x);
  const Value filter = graph.input("filter", of.factors, of.filter);
  // In bf16 that is drawn, the reference in f64 would get other numbers.
  const bool is_drawn = of.factors == DType::f32;
  const Value variable = graph.parameter("variable", of.filter,
                                         is_drawn ? Initializer::uniform(-1.0, 1.0) : Initializer::ones(), of.factors);
  ConvOptions with_bias = of.options;
  with_bias.bias = graph.input("bias", DType::f32, {of.filter[0]});
  const Value y = conv(x, filter, with_bias);
  const Value cotangent = graph.input("cotangent", of.factors, y.shape());
  const Integers spatial(std::vector<std::int64_t>(of.x.begin() + 2, of.x.end()));
  const Integers window(std::vector<std::int64_t>(of.filter.begin() + 2, of.filter.end()));
  graph.output("y", y);
  graph.output("y_of_variable", conv(x, variable, of.options));
  graph.output("d_x", conv_input_gradient(cotangent, filter, spatial, of.options));
  graph.output("d_x_of_variable", conv_input_gradient(cotangent, variable, spatial, of.options));
  graph.output("d_filter", conv_filter_gradient(x, cotangent, window, of.options));
  return graph;
}

/// Calls check(graph) for both orders of axes, and both types of factors.
template <typename Check>
void check_each(ConvCase of, const Check& check) {
  CAPTURE(of.x.to_string());
  CAPTURE(of.filter.to_string());
  for (const bool channels_last : {false, true})
    for (const DType factors : {DType::f32, DType::bf16}) {
      CAPTURE(channels_last);
      CAPTURE(to_string(factors));
      of.options.channels_last = channels_last;
      of.factors = factors;
      check(graph_of(of));
    }
}

void check_agrees(const ConvCase& of) {
  check_each(of, [](const Graph& graph) {
    CHECK(test::distance_from_reference(graph, test::draw_all(graph)) < test::tolerance);
  });
}

/// The outputs on one thread, compared with those on two to four.
void check_graph_on_threads(const Graph& graph) {
  const TensorMap inputs = test::draw_all(graph);
  const auto run = [&](int count) {
    const test::Threads threads(count);
    return test::run_fast(graph, inputs);
  };
  const TensorMap expected = run(1);
  for (const int count : {2, 3, 4})
    for (const auto& entry : run(count)) {
      CAPTURE(entry.first);
      CAPTURE(count);
      CHECK(entry.second == expected.at(entry.first));
    }
}

void check_convolution_threads(const ConvCase& of) { check_each(of, check_graph_on_threads); }

/// Every pooling of x, whose shape is given with its channels second, and its gradients.
void check_poolings(const Shape& shape, const Integers& window, const PoolOptions& options) {
  Graph graph;
  const Value x = graph.input("x", DType::f32, options.channels_last ? with_channels_last(shape) : shape);
  std::vector<Value> results{max_pool(x, window, options), average_pool(x, window, options, true),
                             average_pool(x, window, options, false)};
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Value y = results[i];
    const Value cotangent = graph.input(fmt::format("cotangent{}", i), DType::f32, y.shape());
    graph.output(fmt::format("y{}", i), y);
    const Value d_x = gradients(reduce_sum(y * cotangent), {x})[0];
    graph.output(fmt::format("d_x{}", i), d_x);
    // The gradient with respect to the cotangent of that one: the values at the largest elements.
    graph.output(
        fmt::format("values{}", i),
        gradients(reduce_sum(d_x * graph.input(fmt::format("c{}", i), DType::f32, x.shape())), {cotangent})[0]);
  }
  CHECK(test::distance_from_reference(graph, test::draw_all(graph)) < test::tolerance);
  check_graph_on_threads(graph);
}

}  // namespace

TEST_CASE("convolutions of any number of channels") {
  for (const std::int64_t in : {1, 3, 8, 16, 17, 33})
    for (const std::int64_t out : {1, 5, 16, 40}) {
      check_agrees({{3, in, 9, 7}, {out, in, 3, 3}, {.padding = 1}});
      check_agrees({{2, in, 6, 5}, {out, in, 1, 1}});
      check_agrees({{2, in, 19}, {out, in, 4}, {.strides = 2}});
    }
}

TEST_CASE("convolutions of whole blocks of channels") {
  for (const std::int64_t in : {16, 48})
    for (const std::int64_t out : {16, 32})
      for (const Shape& x : {Shape{2, in, 6, 5}, Shape{3, in, 9, 7}, Shape{1, in, 1, 4}, Shape{2, in, 19, 33}})
        for (const std::int64_t stride : {1, 2}) {
          check_agrees({x, {out, in, 3, 3}, {.strides = stride, .padding = 1}});
          check_agrees({x, {out, in, 1, 1}, {.strides = stride}});
        }
}

TEST_CASE("convolutions by any window") {
  for (const std::int64_t channels : {3, 16}) {
    const Shape x{2, channels, 11, 10};
    for (const std::int64_t rows : {1, 2, 3, 5})
      for (const std::int64_t columns : {1, 3, 4, 7})
        for (const std::int64_t stride : {1, 2, 3})
          for (const std::int64_t padding : {0, 1, 3})
            check_agrees({x,
                          {16, channels, rows, columns},
                          {.strides = {stride, 4 - stride}, .padding = {padding, 1, 0, padding}}});
    for (const std::int64_t dilation : {2, 3})
      check_agrees({x, {16, channels, 3, 3}, {.padding = {dilation, 1}, .dilations = {dilation, 2}}});
    check_agrees({{2, channels, 5, 4, 6}, {17, channels, 2, 3, 3}, {.strides = {1, 2, 1}, .padding = 1}});
    // Windows, strides and paddings beyond what there is of x.
    check_agrees({{2, channels, 2, 1}, {16, channels, 5, 3}, {.padding = {3, 4, 2, 1}}});
    check_agrees({{2, channels, 3, 4}, {16, channels, 1, 1}, {.strides = 9, .padding = 2}});
    check_agrees({{2, channels, 3, 4}, {16, channels, 2, 2}, {.strides = {100, 2}, .dilations = {2, 1}}});
  }
}

TEST_CASE("factors in bf16 are as good in f32, where the processor has no instructions for them") {
  for (const bool channels_last : {false, true})
    for (const auto kind :
         {onednn::ConvKind::forward, onednn::ConvKind::input_gradient, onednn::ConvKind::filter_gradient}) {
      onednn::ConvProblem problem{.kind = kind, .form = {}};
      problem.form.batch = 3;
      problem.form.in_channels = 5;
      problem.form.out_channels = 17;
      problem.form.channels_last = channels_last;
      for (const std::size_t axis : {1U, 2U})
        problem.form.axes[axis] = {.input = 7, .window = 3, .output = 7, .before = 1, .after = 1};
      const ConvForm& form = problem.form;
      const std::int64_t x = form.batch * form.in_channels * form.input_volume();
      const std::int64_t filter = form.out_channels * form.in_channels * form.window_volume();
      const std::int64_t y = form.batch * form.out_channels * form.output_volume();
      const bool has_x = kind != onednn::ConvKind::input_gradient;
      const bool has_filter = kind != onednn::ConvKind::filter_gradient;
      const CounterRandom random(7, "convolution");
      const auto drawn = [&](std::int64_t count, std::uint64_t stream) {
        std::vector<BFloat16> numbers;
        for (std::int64_t i = 0; i < count; ++i)
          numbers.emplace_back(static_cast<float>(random.at(stream).uniform(static_cast<std::uint64_t>(i), -1.0, 1.0)));
        return numbers;
      };
      const std::vector<BFloat16> a = drawn(has_x ? x : y, 1);
      const std::vector<BFloat16> b = drawn(has_filter ? filter : y, 2);
      const auto run = [&](const onednn::ConvPrimitive& primitive, const void* first, const void* second) {
        std::vector<float> result(static_cast<std::size_t>(!has_x ? x : (has_filter ? y : filter)));
        std::vector<float> scratch(primitive.scratch_bytes() / sizeof(float) + 32);
        void* aligned = scratch.data();
        std::size_t space = scratch.size() * sizeof(float);
        primitive.run(first, second, nullptr, result.data(), std::align(64, primitive.scratch_bytes(), aligned, space));
        return result;
      };
      const std::vector<float> wide_a(a.begin(), a.end());
      const std::vector<float> wide_b(b.begin(), b.end());
      const std::vector<float> expected = run(onednn::ConvPrimitive(problem), wide_a.data(), wide_b.data());
      problem.bf16 = true;
      CHECK(run(onednn::ConvPrimitive(problem, false), a.data(), b.data()) == expected);
    }
}

TEST_CASE("a filter is the same packed once and at each run") {
  for (const DType factors : {DType::f32, DType::bf16})
    for (const bool channels_last : {false, true}) {
      Graph graph;
      const Shape of_filter{17, 5, 3, 3};
      const Value x = graph.input("x", factors, channels_last ? Shape{2, 7, 6, 5} : Shape{2, 5, 7, 6});
      const Value filter = graph.input("filter", factors, of_filter);
      const Value variable = graph.parameter("variable", of_filter, Initializer::ones(), factors);
      graph.output("expected", conv(x, filter, {.padding = 1, .channels_last = channels_last}));
      graph.output("y", conv(x, variable, {.padding = 1, .channels_last = channels_last}));
      const TensorMap inputs = test::draw_all(graph);
      Execution step(compile(graph, onednn_backend()));
      step.variables().set("variable", inputs.at("filter"));
      const TensorMap results = step.run(inputs);
      CHECK(results.at("y") == results.at("expected"));
    }
}

TEST_CASE("convolutions in groups") {
  for (const std::int64_t groups : {2, 3, 16, 32}) {
    for (const std::int64_t in : {1, 2, 8, 16})
      for (const std::int64_t out : {1, 3, 16})
        check_agrees({{2, groups * in, 6, 7}, {groups * out, in, 3, 3}, {.padding = 1, .groups = groups}});
    check_agrees({{2, groups, 9, 8}, {groups, 1, 3, 3}, {.strides = 2, .padding = 1, .groups = groups}});
    check_agrees({{2, groups, 17}, {2 * groups, 1, 5}, {.padding = {4, 0}, .dilations = 2, .groups = groups}});
  }
}

TEST_CASE("convolutions of batches that do not fall into equal parts") {
  for (const std::int64_t batch : {1, 2, 5, 17, 31, 64})
    for (const std::int64_t extent : {3, 12}) {
      check_agrees({{batch, 4, extent, extent}, {20, 4, 3, 3}, {.padding = 1}});
      check_convolution_threads({{batch, 20, extent, extent}, {33, 20, 3, 3}, {.padding = 1}});
    }
}

TEST_CASE("convolutions have the same bits on any number of threads") {
  check_convolution_threads({{16, 1, 28, 28}, {16, 1, 3, 3}, {.padding = 1}});
  check_convolution_threads({{9, 64, 14, 14}, {64, 64, 3, 3}, {.strides = 2, .padding = 1}});
  check_convolution_threads({{7, 64, 14, 14}, {48, 64, 1, 1}});
  check_convolution_threads({{16, 32, 30, 30}, {32, 1, 3, 3}, {.padding = 1, .groups = 32}});
  check_convolution_threads({{4, 8, 500}, {8, 8, 9}, {.padding = {16, 0}, .dilations = 2}});
  check_convolution_threads({{3, 8, 6, 14, 14}, {8, 8, 3, 3, 3}, {.padding = 1}});
}

TEST_CASE("what oneDNN has no room for runs by plain loops") {
  constexpr std::int64_t large = std::int64_t{1} << 30;
  check_agrees({{2, 3, 4, 5}, {4, 3, 2, 1}, {.padding = {large, 0, 0, 0}, .dilations = {large, 1}}});
  check_agrees({{1, 2, 3}, {2, 2, 2}, {.padding = {3 * large, 0}, .dilations = 3 * large}});
  check_agrees({{1, 2, 3, 3}, {2, 2, 1, 1}, {.strides = Shape::max_volume}});
}

TEST_CASE("poolings of any window") {
  for (const bool channels_last : {false, true})
    for (const std::int64_t width : {1, 2, 7, 31, 67, 300})
      for (const std::int64_t window : {1, 2, 3, 5})
        for (const std::int64_t stride : {1, 2, 3})
          for (std::int64_t padding = 0; padding < window; ++padding) {
            if (width + padding < window) continue;
            CAPTURE(channels_last);
            CAPTURE(width);
            CAPTURE(window);
            CAPTURE(stride);
            CAPTURE(padding);
            check_poolings({2, 3, 5, width}, {2, window},
                           {.strides = {2, stride}, .padding = {1, 0, 0, padding}, .channels_last = channels_last});
          }
  // Blocks of channels, and rests of them.
  for (const std::int64_t channels : {16, 64, 65, 150})
    check_poolings({2, channels, 5, 6}, 2, {.strides = {2, 1}, .padding = {1, 0}, .channels_last = true});
}

TEST_CASE("poolings of several axes, and windows that are larger than x") {
  const auto check = [](const Shape& shape, const Integers& window, const PoolOptions& options) {
    check_poolings(shape, window, options);
    PoolOptions last = options;
    last.channels_last = true;
    check_poolings(shape, window, last);
  };
  check({2, 3, 17}, 4, {.strides = 3, .padding = {1, 2}});
  for (const std::int64_t length : {132, 257, 390})
    for (const std::int64_t window : {1, 2, 5, 16, 17})
      check({2, 3, length}, window, {.padding = {window / 2, window / 3}});
  check({2, 3, 4, 5, 6}, {2, 3, 2}, {.strides = {1, 2, 3}, .padding = {1, 1, 0}});
  check({2, 3, 2, 1}, {5, 4}, {.strides = {2, 1}, .padding = {4, 3}});
  constexpr std::int64_t large = std::int64_t{1} << 39;
  check({1, 1, 1}, large, {.strides = large, .padding = {large - 1, large - 1}});
}

TEST_CASE("a NaN is the largest element, and the first one is its place") {
  const auto check = [](std::int64_t stride, bool last) {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float lowest = -std::numeric_limits<float>::infinity();
    Graph graph;
    const Value x = graph.input("x", DType::f32, last ? Shape{1, 1, 9, 1} : Shape{1, 1, 1, 9});
    const Value y = max_pool(x, {1, 3}, {.strides = {1, stride}, .channels_last = last});
    graph.output("y", y);
    graph.output("d_x", gradients(reduce_sum(y), {x})[0]);
    const Tensor numbers = Tensor::of<float>(x.shape(), {1, nan, 3, nan, 5, lowest, lowest, lowest, lowest});
    const TensorMap fast = test::run_fast(graph, {{"x", numbers}});
    const TensorMap expected = Execution(compile(graph, reference_backend())).run({{"x", numbers}});
    CHECK(std::isnan(fast.at("y").number(0)));
    CHECK(fast.at("y").number(y.shape().volume() - 1) ==
          (stride == 1 ? lowest : expected.at("y").number(y.shape().volume() - 1)));
    CHECK(fast.at("d_x") == expected.at("d_x"));
  };
  for (const std::int64_t stride : {1, 2, 3})
    for (const bool channels_last : {false, true}) check(stride, channels_last);
}

}  // namespace weft

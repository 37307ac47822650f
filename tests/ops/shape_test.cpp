#include <doctest/doctest.h>

#include <array>
#include <limits>

#include "backends/onednn/onednn_backend.h"
#include "passes/autodiff/autodiff.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

using test::error_of;
using test::evaluate;

/// 0, 1, 2, ...
Value count(Graph& graph, const Shape& shape) {
  Tensor tensor(TensorType{DType::i32, shape});
  for (std::int64_t i = 0; i < shape.volume(); ++i) tensor.set_number(i, static_cast<double>(i));
  return graph.constant(tensor);
}

Tensor integers(const Shape& shape, const std::vector<std::int32_t>& elements) { return Tensor::of(shape, elements); }

const Attributes& attributes_of(Value value) { return value.graph().node(value.producer()).attributes; }

}  // namespace

TEST_CASE("shape ops move elements") {
  Graph graph;
  const Value x = count(graph, {2, 3});
  CHECK(evaluate(transpose(x, {1, 0})) == integers({3, 2}, {0, 3, 1, 4, 2, 5}));
  CHECK(evaluate(reshape(x, {3, 2})) == integers({3, 2}, {0, 1, 2, 3, 4, 5}));
  CHECK(evaluate(slice(x, 1, 1, 3)) == integers({2, 2}, {1, 2, 4, 5}));
  CHECK(evaluate(pad(x, 1, 1, 0)) == integers({2, 4}, {0, 0, 1, 2, 0, 3, 4, 5}));
  CHECK(evaluate(broadcast(slice(x, 0, 1, 2), {2, 3})) == integers({2, 3}, {3, 4, 5, 3, 4, 5}));
  CHECK(evaluate(concat(std::vector<Value>{x, slice(x, 1, 0, 1)}, 1)) == integers({2, 4}, {0, 1, 2, 0, 3, 4, 5, 3}));
  const Value row = count(graph, {3});
  CHECK(evaluate(stack(std::vector<Value>{row, row}, 0)) == integers({2, 3}, {0, 1, 2, 0, 1, 2}));
  CHECK(evaluate(stack(std::vector<Value>{row, row}, 1)) == integers({3, 2}, {0, 0, 1, 1, 2, 2}));
}

TEST_CASE("transpose of rank 3 puts axis permutation[i] at i") {
  Graph graph;
  const Value x = count(graph, {2, 3, 4});
  const Tensor y = evaluate(transpose(x, {2, 0, 1}));
  REQUIRE(y.shape() == Shape{4, 2, 3});
  for (std::int64_t a = 0; a < 4; ++a)
    for (std::int64_t b = 0; b < 2; ++b)
      for (std::int64_t c = 0; c < 3; ++c)
        CHECK(y.number((a * 2 + b) * 3 + c) == static_cast<double>((b * 3 + c) * 4 + a));
}

TEST_CASE("axes from the end are normalised, so that equal graphs have equal attributes") {
  Graph graph;
  const Value x = count(graph, {2, 3, 4});
  CHECK(attributes_of(slice(x, -1, 0, 2)) == attributes_of(slice(x, 2, 0, 2)));
  CHECK(attributes_of(pad(x, -3, 0, 2)) == attributes_of(pad(x, 0, 0, 2)));
  CHECK(attributes_of(transpose(x, {-1, 0, 1})) == attributes_of(transpose(x, {2, 0, 1})));
  CHECK(attributes_of(concat(std::vector<Value>{x, x}, -2)) == attributes_of(concat(std::vector<Value>{x, x}, 1)));
  CHECK(attributes_of(stack(std::vector<Value>{x, x}, -1)) == attributes_of(stack(std::vector<Value>{x, x}, 3)));
  CHECK(attributes_of(argmax(x, -1)) == attributes_of(argmax(x, 2)));
  CHECK(attributes_of(reduce_sum(x, {-1, 0})) == attributes_of(reduce_sum(x, {0, 2})));
  CHECK(attributes_of(reduce_sum(x)) == attributes_of(reduce_sum(x, {0, 1, 2})));
}

TEST_CASE("mismatches of shape ops name both sides") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value y = graph.input("y", DType::f32, {4, 5});
  CHECK(error_of([&] {
          reshape(x, {4, 2});
        }) == "reshape 'reshape': the numbers of elements differ: from [2,3] (6) to [4,2] (8)");
  CHECK(error_of([&] {
          transpose(x, {0, 0});
        }) == "transpose 'transpose': [0,0] is no permutation of the axes of shape [2,3]");
  CHECK(error_of([&] { broadcast(x, {2, 4}); }) == "broadcast 'broadcast': shape [2,3] does not broadcast to [2,4]");
  CHECK(error_of([&] { slice(x, 1, 2, 4); }) == "slice 'slice': [2, 4) is empty or not within axis 1 of shape [2,3]");
  CHECK(error_of([&] { slice(x, 1, 2, 2); }) == "slice 'slice': [2, 2) is empty or not within axis 1 of shape [2,3]");
  CHECK(error_of([&] { slice(x, 2, 0, 1); }) == "slice 'slice': axis 2 is out of range for shape [2,3]");
  CHECK(error_of([&] { slice(x, -3, 0, 1); }) == "slice 'slice': axis -3 is out of range for shape [2,3]");
  CHECK(error_of([&] {
          concat(std::vector<Value>{x, y}, 0);
        }) == "concat 'concat': parts differ outside of axis 0: part 0 f32[2,3], part 1 f32[4,5]");
  CHECK(error_of([&] {
          stack(std::vector<Value>{x, y}, 0);
        }) == "stack 'stack': parts differ: part 0 f32[2,3], part 1 f32[4,5]");
  CHECK(error_of([&] { stack(std::vector<Value>{x}, 3); }) ==
        "stack 'stack': axis 3 is out of range for a new axis in shape [2,3]");
  CHECK(error_of([&] { concat({}, 0); }) == "concat: at least one operand is needed");
}

TEST_CASE("sizes that would overflow are refused") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const std::int64_t huge = std::int64_t{1} << 62;
  CHECK_THROWS_AS(pad(x, 0, huge, huge), Error);
  CHECK_THROWS_AS(pad(x, 0, -1, 0), Error);
  CHECK_THROWS_AS(broadcast(x, {Shape::max_volume, 2, 3}), Error);
  CHECK_THROWS_AS(graph.add1(*all_ops().find("broadcast"), {x}, {{"shape", std::vector<std::int64_t>{huge, huge, 3}}}),
                  Error);
  CHECK_THROWS_AS(graph.add1(*all_ops().find("slice"), {x}, {{"axis", 0.5}}), Error);
  CHECK_THROWS_AS(graph.add1(*all_ops().find("slice"), {x}, {{"axis", huge}, {"begin", huge}, {"end", -huge}}), Error);
}

TEST_CASE("an extent of -1 is what the others leave") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {3, 4});
  CHECK(reshape(x, {-1, 6}).shape() == Shape{2, 6});
  CHECK(reshape(x, -1).shape() == Shape{12});
  CHECK(reshape(x, {2, -1, 2}).shape() == Shape{2, 3, 2});
  CHECK(test::error_of([&] {
          reshape(x, {-1, 5});
        }) == "reshape 'x' to [-1,5]: its 12 elements, f32[3,4], are no multiple of 5");
  CHECK(test::error_of([&] { reshape(x, {-1, -1}); }) == "reshape 'x' to [-1,-1]: one extent at most may be -1");
  CHECK(test::error_of([&] { reshape(x, {-1, 0}); }).starts_with("reshape 'x' to [-1,0]"));
}

TEST_CASE("flip, tile, split and axes of extent 1 move elements") {
  Graph graph;
  const Value x = count(graph, {2, 3});
  CHECK(evaluate(flip(x, 1)) == integers({2, 3}, {2, 1, 0, 5, 4, 3}));
  CHECK(evaluate(flip(x, 0)) == integers({2, 3}, {3, 4, 5, 0, 1, 2}));
  CHECK(evaluate(tile(x, std::vector<std::int64_t>{1, 2})) == integers({2, 6}, {0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5}));
  CHECK(evaluate(tile(count(graph, {2}), std::vector<std::int64_t>{3})) == integers({6}, {0, 1, 0, 1, 0, 1}));
  CHECK(evaluate(tile(count(graph, {1, 2}), std::vector<std::int64_t>{2, 2})) ==
        integers({2, 4}, {0, 1, 0, 1, 0, 1, 0, 1}));
  const std::vector<Value> columns = split(x, 3, -1);
  REQUIRE(columns.size() == 3);
  CHECK(evaluate(columns[1]) == integers({2, 1}, {1, 4}));
  const std::vector<Value> parts = split_into(x, std::vector<std::int64_t>{1, 2}, 1);
  REQUIRE(parts.size() == 2);
  CHECK(evaluate(parts[1]) == integers({2, 2}, {1, 2, 4, 5}));
  CHECK(expand_dims(x, 0).shape() == Shape{1, 2, 3});
  CHECK(expand_dims(x, -1).shape() == Shape{2, 3, 1});
  CHECK(expand_dims(x, 1).shape() == Shape{2, 1, 3});
  const Value thin = reshape(x, {1, 2, 1, 3});
  CHECK(squeeze(thin).shape() == Shape{2, 3});
  CHECK(squeeze(thin, {-2}).shape() == Shape{1, 2, 3});
  CHECK(squeeze(thin, {0, 2}).shape() == Shape{2, 3});
}

TEST_CASE("flip of larger tensors, of each size of element, on both backends") {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()})
    for (const DType dtype : {DType::f32, DType::i32, DType::boolean})
      for (std::int64_t axis = 0; axis < 3; ++axis) {
        Graph graph;
        const Shape shape{5, 131, 67};
        Tensor x(TensorType{dtype, shape});
        for (std::int64_t i = 0; i < shape.volume(); ++i) x.set_number(i, static_cast<double>(i % 3));
        const Value input = graph.input("x", dtype, shape);
        graph.output("y", flip(input, axis));
        graph.output("again", flip(flip(input, axis), axis));
        const TensorMap results = test::run(graph, {{"x", x}}, *backend);
        CHECK(results.at("again") == x);
        const std::int64_t stride = shape.volume_between(static_cast<std::size_t>(axis) + 1, 3);
        CHECK(results.at("y").number(0) == x.number((shape[axis] - 1) * stride));
      }
}

TEST_CASE("iota counts, and one_hot marks the class, if there is one") {
  Graph graph;
  CHECK(evaluate(iota(graph, 3)) == integers({3}, {0, 1, 2}));
  CHECK(evaluate(iota(graph, 2, DType::f32)) == Tensor::of<float>({2}, {0, 1}));
  const Value ids = graph.constant(integers({2, 2}, {0, 2, -1, 3}));
  CHECK(evaluate(one_hot(ids, 3)) == Tensor::of<float>({2, 2, 3}, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}));
  CHECK(evaluate(one_hot(graph.constant(1.0, DType::i32), 2, DType::boolean)) == Tensor::of<std::uint8_t>({2}, {0, 1}));
}

TEST_CASE("mismatches of the newer shape ops name both sides") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const std::vector<std::int64_t> repeats{2};
  CHECK(error_of([&] { flip(x, 2); }) == "flip 'flip': axis 2 is out of range for shape [2,3]");
  CHECK(error_of([&] { expand_dims(x, 3); }) == "expand_dims: axis 3 is out of range for a new axis in shape [2,3]");
  CHECK(error_of([&] { squeeze(x, {1}); }) == "squeeze: axis 1 of shape [2,3] has more than one element");
  CHECK(error_of([&] { split(x, 2, 1); }) == "split: axis 1 of shape [2,3] has no 2 equal parts");
  for (const std::vector<std::int64_t>& extents :
       std::vector<std::vector<std::int64_t>>{{1, 1}, {1, 3}, {0, 3}, {}, {3, -1, 1}, {std::int64_t{1} << 62, 3}})
    CHECK(error_of([&] { split_into(x, extents, 1); }).ends_with("] are not those of parts of axis 1 of shape [2,3]"));
  CHECK(error_of([&] { tile(x, repeats); }) ==
        "tile: a number of repeats, at least 1, is needed for each axis of shape [2,3], not [2]");
  CHECK_THROWS_AS(tile(x, std::vector<std::int64_t>{Shape::max_volume, 2}), Error);
  CHECK(error_of([&] { one_hot(x, 2); }) == "one_hot: 'x' is f32[2,3]: i32 is needed");
  CHECK_THROWS_AS(iota(graph, 0), Error);
}

TEST_CASE("slices of every second and third element") {
  Graph graph;
  const Value x = count(graph, {3, 5});
  CHECK(evaluate(slice(x, 1, 0, 5, 2)) == integers({3, 3}, {0, 2, 4, 5, 7, 9, 10, 12, 14}));
  CHECK(evaluate(slice(x, 1, 1, 5, 3)) == integers({3, 2}, {1, 4, 6, 9, 11, 14}));
  CHECK(evaluate(slice(x, 0, 0, 3, 2)) == integers({2, 5}, {0, 1, 2, 3, 4, 10, 11, 12, 13, 14}));
  CHECK(evaluate(slice(x, 0, 1, 2, 1000)) == integers({1, 5}, {5, 6, 7, 8, 9}));
  CHECK_FALSE(attributes_of(slice(x, 0, 0, 2, 1)).contains("step"));  // as in graphs from before there was one
  CHECK(error_of([&] {
          slice(x, 1, 0, 5, 0).named("none");
        }).ends_with(": the step is 0: it must be at least 1; flip() turns an axis round"));
  CHECK_THROWS_AS(slice(x, 1, 0, 5, std::numeric_limits<std::int64_t>::min()), Error);
  CHECK(slice(x, 1, 0, 5, std::numeric_limits<std::int64_t>::max()).shape() == Shape{3, 1});
}

TEST_CASE("the gradient of a slice with steps is where its elements are") {
  for (const auto& of_case : std::vector<std::array<std::int64_t, 3>>{
           {0, 7, 2}, {1, 7, 2}, {1, 6, 2}, {0, 7, 3}, {2, 7, 4}, {6, 7, 5}, {0, 7, 6}, {0, 1, 9}}) {
    const std::int64_t begin = of_case[0];
    const std::int64_t end = of_case[1];
    const std::int64_t step = of_case[2];
    CAPTURE(begin);
    CAPTURE(end);
    CAPTURE(step);
    Graph graph;
    const Value x = graph.input("x", DType::f64, {2, 7, 2});
    const Value weights = cast(count(graph, {2, 7, 2}), DType::f64) + 1.0;
    const Value y = slice(x, 1, begin, end, step) * slice(weights, 1, begin, end, step);
    const Tensor dx = evaluate(gradients(reduce_sum(y), {x})[0], {{"x", Tensor({DType::f64, Shape{2, 7, 2}})}});
    for (std::int64_t i = 0; i < 28; ++i) {
      const std::int64_t at = i / 2 % 7;
      const bool kept = at >= begin && at < end && (at - begin) % step == 0;
      CHECK(dx.number(i) == (kept ? static_cast<double>(i + 1) : 0.0));
    }
  }
}

TEST_CASE("padding by mirrored and by repeated elements") {
  Graph graph;
  const Value x = count(graph, {2, 3});
  CHECK(evaluate(pad(x, 1, 2, 1, PadMode::reflect)) == integers({2, 6}, {2, 1, 0, 1, 2, 1, 5, 4, 3, 4, 5, 4}));
  CHECK(evaluate(pad(x, -1, 0, 2, PadMode::reflect)) == integers({2, 5}, {0, 1, 2, 1, 0, 3, 4, 5, 4, 3}));
  CHECK(evaluate(pad(x, 0, 1, 2, PadMode::edge)) == integers({5, 3}, {0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5, 3, 4, 5}));
  CHECK(evaluate(pad(x, 1, 0, 0, PadMode::edge)) == evaluate(x));
  CHECK(error_of([&] { pad(x, 1, 3, 0, PadMode::reflect); }) ==
        "pad: before 3 and after 0 must be from 0 to 2 along axis 1 of shape [2,3]");
  CHECK(error_of([&] { pad(x, 1, 0, -1, PadMode::edge); }).starts_with("pad: before 0 and after -1 must be from 0 to"));
  CHECK_THROWS_AS(pad(x, 1, Shape::max_volume, 0, PadMode::edge), Error);
  CHECK_THROWS_AS(pad(x, 2, 0, 0, PadMode::edge), Error);
}

TEST_CASE("gather puts the axes of the indices in place of the axis") {
  Graph graph;
  const Value x = count(graph, {2, 3, 2});
  const Value pair = graph.constant(integers({2}, {2, 0}));
  CHECK(evaluate(gather(x, pair, 1)) == integers({2, 2, 2}, {4, 5, 0, 1, 10, 11, 6, 7}));
  CHECK(evaluate(gather(x, graph.constant(1.0, DType::i32))) == integers({3, 2}, {6, 7, 8, 9, 10, 11}));
  CHECK(evaluate(gather(x, graph.constant(integers({1, 3}, {1, 1, 0})), -1)) ==
        integers({2, 3, 1, 3}, {1, 1, 0, 3, 3, 2, 5, 5, 4, 7, 7, 6, 9, 9, 8, 11, 11, 10}));
  CHECK(evaluate(gather(x, pair, 1, 1)) == integers({2, 2}, {4, 5, 6, 7}));
  const Value flags = graph.constant(Tensor::of<std::uint8_t>({3}, {1, 0, 0}));
  CHECK(evaluate(gather(flags, pair)) == Tensor::of<std::uint8_t>({2}, {0, 1}));
  CHECK(evaluate(take_along_axis(x, graph.constant(integers({2, 1, 2}, {2, 0, 0, 1})), 1)) ==
        integers({2, 1, 2}, {4, 1, 6, 9}));
  CHECK(evaluate(take_along_axis(x, graph.constant(integers({2, 3, 1}, {1, 1, 0, 0, 1, 0})), 2)) ==
        integers({2, 3, 1}, {1, 3, 4, 6, 9, 10}));
}

TEST_CASE("scatter_add adds up what has one index, and leaves others 0") {
  Graph graph;
  const Value updates = count(graph, {2, 3});
  const Value indices = graph.constant(integers({3}, {3, 0, 3}));
  CHECK(evaluate(scatter_add(updates, indices, 1, 4)) == integers({2, 4}, {1, 0, 0, 2, 4, 0, 0, 8}));
  CHECK(evaluate(scatter_add(updates, indices, -1, 4)) == integers({2, 4}, {1, 0, 0, 2, 4, 0, 0, 8}));
  const Value of_rows = graph.constant(integers({2, 3}, {0, 0, 1, 1, 1, 1}));
  CHECK(evaluate(scatter_add(updates, of_rows, 1, 2, 1)) == integers({2, 2}, {1, 2, 0, 12}));
  CHECK(evaluate(scatter_add(updates, of_rows, 0, 2)) == integers({2}, {1, 14}));
  const Value most = graph.constant(integers({2}, {std::numeric_limits<std::int32_t>::max(), 1}));
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    Graph wrapping;
    wrapping.output("y",
                    scatter_add(wrapping.input("u", DType::i32, {2}), wrapping.constant(integers({2}, {0, 0})), 0, 1));
    CHECK(test::run(wrapping, {{"u", evaluate(most)}}, *backend).at("y") ==
          integers({1}, {std::numeric_limits<std::int32_t>::min()}));
  }
}

TEST_CASE("an index that is no place along the axis is an error of the run that names the node and the index") {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()})
    for (const std::int32_t bad : {4, -1}) {
      CAPTURE(backend->name());
      Graph graph;
      const Value indices = graph.input("indices", DType::i32, {3});
      graph.output("gathered", gather(graph.input("x", DType::f32, {2, 4}), indices, 1).named("picked"));
      graph.output("added", scatter_add(graph.input("u", DType::f32, {3}), indices, 0, 4));
      Execution execution = compile(graph, *backend);
      const TensorMap inputs{{"x", Tensor({DType::f32, Shape{2, 4}})}, {"u", Tensor({DType::f32, Shape{3}})}};
      const auto run = [&](std::int32_t index) {
        TensorMap all = inputs;
        all.emplace("indices", integers({3}, {0, index, 3}));
        return error_of([&] { execution.run(all); });
      };
      CHECK(run(bad).find(fmt::format("index {} (element 1) is outside of an axis of 4 elements", bad)) !=
            std::string::npos);
      CHECK(run(bad).find("'picked'") != std::string::npos);
      CHECK(run(2) == "no error");
    }
}

TEST_CASE("mismatches of gather and scatter_add name both sides") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value indices = graph.input("indices", DType::i32, {4, 3});
  CHECK(error_of([&] { gather(x, x); }) == "gather 'gather': the indices are f32[2,3]: i32 is needed");
  CHECK(error_of([&] { gather(x, indices, 2); }) == "gather 'gather': axis 2 is out of range for shape [2,3]");
  CHECK(error_of([&] { gather(x, indices, 0, 1); }) ==
        "gather 'gather': axis 0 of x f32[2,3] is one of the 1 batch axes");
  CHECK(error_of([&] { gather(x, indices, 1, 1); }) ==
        "gather 'gather': the first 1 extents differ: values f32[2,3], indices i32[4,3]");
  CHECK(error_of([&] { gather(x, indices, 1, 3); }) ==
        "gather 'gather': batch_axes is 3: indices of shape [4,3] have from 0 to 2");
  CHECK(error_of([&] { gather(x, indices, 1, -1); }) ==
        "gather 'gather': batch_axes is -1: indices of shape [4,3] have from 0 to 2");
  CHECK(error_of([&] { take_along_axis(x, indices, 1); }) ==
        "take_along_axis: x and indices differ outside of axis 1: x f32[2,3], indices i32[4,3]");
  CHECK(error_of([&] { take_along_axis(x, Value(), 1); }) == "take_along_axis: operand 1 is a null value");
  CHECK(error_of([&] { scatter_add(x, x, 0, 5); }) ==
        "scatter_add 'scatter_add': the indices are f32[2,3]: i32 is needed");
  CHECK(error_of([&] { scatter_add(x, indices, 0, 5); }) ==
        "scatter_add 'scatter_add': the updates need the indices' axes from axis 0 on: updates f32[2,3], indices "
        "i32[4,3] with 0 batch axes");
  CHECK(error_of([&] { scatter_add(x, indices, 1, 5); }) ==
        "scatter_add 'scatter_add': axis 1 is out of range: updates f32[2,3], indices i32[4,3] with 0 batch axes");
  const Value row = graph.input("row", DType::i32, {3});
  CHECK_THROWS_AS(scatter_add(x, row, 1, 0), Error);
  CHECK_THROWS_AS(scatter_add(x, row, 1, -3), Error);
  CHECK_THROWS_AS(scatter_add(x, row, 1, std::numeric_limits<std::int64_t>::max()), Error);
  CHECK_THROWS_AS(scatter_add(x, row, std::numeric_limits<std::int64_t>::min(), 1), Error);
  CHECK_THROWS_AS(scatter_add(x, row, -1, 1, std::numeric_limits<std::int64_t>::min()), Error);
  CHECK_THROWS_AS(scatter_add(x, row, -1, 1, std::numeric_limits<std::int64_t>::max()), Error);
  CHECK(error_of([&] { scatter_add(graph.input("flags", DType::boolean, {3}), row, 0, 2); }) ==
        "scatter_add 'scatter_add': updates is bool[3]: a floating-point type or i32 is needed");
}

// What docs/ir.md says of it.
TEST_CASE("no value is without elements, whatever is asked for one") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value ids = graph.input("ids", DType::i32, {2});
  CHECK(error_of([&] {
          graph.input("empty", DType::f32, {2, 0});
        }).ends_with("shape [2,0]: every extent must be at least 1, not 0"));
  CHECK(error_of([&] { slice(x, 1, 1, 1); }).ends_with("[1, 1) is empty or not within axis 1 of shape [2,3]"));
  CHECK(error_of([&] { reshape(x, {0, -1}); }) != "no error");
  CHECK(error_of([&] { broadcast(x, {0, 2, 3}); }) != "no error");
  CHECK(error_of([&] { tile(x, {0, 1}); }) != "no error");
  CHECK(error_of([&] { split(x, 0, 1); }) != "no error");
  CHECK(error_of([&] { split_into(x, {0, 3}, 1); }) != "no error");
  CHECK(error_of([&] { iota(graph, 0); }) != "no error");
  CHECK(error_of([&] { one_hot(ids, 0); }) != "no error");
  CHECK(error_of([&] { top_k(x, 0); }) != "no error");
  CHECK(error_of([&] { sequence_mask(ids, 0); }) != "no error");
  CHECK(error_of([&] { embedding_gradient(x, ids, 0); }) != "no error");
  CHECK(error_of([&] { scatter_add(x, ids, 0, 0); }) != "no error");
  CHECK(pad(x, 0, 0, 0).shape() == x.shape());
}

}  // namespace weft

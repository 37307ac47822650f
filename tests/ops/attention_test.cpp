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

/// Attention over two sequences of four steps, the first of which has `length` real ones.
Graph attention_graph(std::int32_t length) {
  Graph graph;
  const auto input = [&](std::string_view name, const Shape& shape) { return graph.input(name, DType::f32, shape); };
  const AdditiveAttentionWeights weights{input("w1", {3, 5}), input("b1", {5}),   input("w2", {2, 5}),
                                         input("b2", {5}),    input("v", {5, 1}), input("bv", {1})};
  const Value lengths = graph.constant(Tensor::of<std::int32_t>({2}, {length, 4}));
  const Attention attention = additive_attention(input("query", {2, 3}), input("values", {2, 4, 2}), weights, lengths);
  graph.output("context", attention.context);
  graph.output("weights", attention.weights);
  return graph;
}

}  // namespace

TEST_CASE("steps past a row's length have weight exactly 0, and what they hold changes nothing") {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()})
    for (std::int32_t length = 1; length <= 4; ++length) {
      CAPTURE(backend->name());
      CAPTURE(length);
      const Graph graph = attention_graph(length);
      TensorMap inputs = test::draw_inputs(graph, -2.0, 2.0);
      const TensorMap results = test::run(graph, inputs, *backend);
      double sum = 0.0;
      for (std::int64_t step = 0; step < 4; ++step) {
        const double weight = results.at("weights").number(step);
        CHECK((weight == 0.0) == (step >= length));
        sum += weight;
      }
      CHECK(sum == doctest::Approx(1.0).epsilon(1e-6));
      for (std::int64_t step = length; step < 4; ++step) inputs.at("values").set_number(step * 2, 1e6);
      CHECK(test::run(graph, inputs, *backend) == results);
    }
}

TEST_CASE("scaled_dot_product_attention, worked out by hand") {
  Graph graph;
  // Scores 0 and ln 3: weights 1/4 and 3/4.
  const Value query = test::numbers(graph, {1, 1}, {1.0});
  const Value key = test::numbers(graph, {2, 1}, {0.0, std::log(3.0)});
  const Value value = test::numbers(graph, {2, 2}, {4.0, 0.0, 8.0, 1.0});
  const Tensor y = test::evaluate(scaled_dot_product_attention(query, key, value));
  CHECK(y.number(0) == doctest::Approx(7.0).epsilon(1e-14));
  CHECK(y.number(1) == doctest::Approx(0.75).epsilon(1e-14));
  // With a scale of 0 all weights are equal; the first query sees the first key alone.
  CHECK(test::evaluate(scaled_dot_product_attention(test::numbers(graph, {2, 1}, {5.0, 5.0}), key, value,
                                                    {.causal = true, .scale = 0.0})) ==
        Tensor::of<double>({2, 2}, {4.0, 0.0, 6.0, 0.5}));
  // Added scores of ln 3 and 0: weights 3/4 and 1/4.
  CHECK(test::evaluate(scaled_dot_product_attention(
                           query, key, value, {.mask = test::numbers(graph, {2}, {std::log(3.0), 0.0}), .scale = 0.0}))
            .number(0) == doctest::Approx(5.0).epsilon(1e-14));
}

TEST_CASE("a query that attends to nothing gets zeros, and so do the gradients that it gives") {
  constexpr double none = -std::numeric_limits<double>::infinity();
  for (const Backend* backend : {&reference_backend(), &onednn_backend()})
    for (const bool added : {false, true}) {
      CAPTURE(backend->name());
      CAPTURE(added);
      Graph graph;
      const Value query = graph.input("query", DType::f32, {3, 2});
      const Value key = graph.input("key", DType::f32, {4, 2});
      const Value mask = added ? graph.constant(Tensor::of<float>({3, 1}, {0.0F, static_cast<float>(none), 0.0F}))
                               : graph.constant(Tensor::of<std::uint8_t>({3, 1}, {1, 0, 1}));
      const Value y =
          scaled_dot_product_attention(query, key, graph.input("value", DType::f32, {4, 2}), {.mask = mask});
      graph.output("y", y);
      const std::vector<Value> of_sum = gradients(reduce_sum(y * y), {query, key});
      graph.output("d_query", of_sum[0]);
      graph.output("d_key", of_sum[1]);
      const TensorMap results = test::run(graph, test::draw_inputs(graph, -2.0, 2.0), *backend);
      for (const char* name : {"y", "d_query"})
        for (std::int64_t i = 0; i < 6; ++i) CHECK((results.at(name).number(i) == 0.0) == (i == 2 || i == 3));
      for (std::int64_t i = 0; i < 8; ++i) CHECK(std::isfinite(results.at("d_key").number(i)));
    }
}

TEST_CASE("attention drops the weights that a dropout of the softmax drops") {
  Graph graph;
  const Value query = graph.input("query", DType::f64, {2, 3, 5, 2});
  const Value key = graph.input("key", DType::f64, {2, 3, 7, 2});
  const Value value = graph.input("value", DType::f64, {2, 3, 7, 3});
  const Value step = graph.constant(3.0, DType::i32);
  const DropoutOptions options{.rate = 0.5, .seed = 4, .stream = "weights"};
  graph.output("fused",
               scaled_dot_product_attention(query, key, value, {.scale = 1.0, .dropout = options, .step = step}));
  const Value scores = matmul(reshape(query, {6, 5, 2}), reshape(key, {6, 7, 2}), false, true);
  const Value weights = dropout(softmax(scores), step, options);
  graph.output("composed", reshape(matmul(weights, reshape(value, {6, 7, 3})), {2, 3, 5, 3}));
  const TensorMap results = test::run(graph, test::draw_inputs(graph, -2.0, 2.0));
  for (std::int64_t i = 0; i < 90; ++i)
    CHECK(results.at("fused").number(i) == doctest::Approx(results.at("composed").number(i)).epsilon(1e-12));
}

TEST_CASE("mismatches of scaled_dot_product_attention name both sides") {
  Graph graph;
  const auto input = [&](std::string_view name, const Shape& shape) { return graph.input(name, DType::f32, shape); };
  const Value query = input("query", {2, 3, 4});
  const Value key = input("key", {2, 5, 4});
  const Value value = input("value", {2, 5, 6});
  const Value step = graph.input("step", DType::i32, {});
  const auto error = [&](Value q, Value k, Value v, const ScaledDotProductOptions& options = {}) {
    return error_of([&] { scaled_dot_product_attention(q, k, v, options); });
  };
  CHECK(scaled_dot_product_attention(query, key, value).shape() == Shape{2, 3, 6});
  const auto name = [](int number) {
    return fmt::format("scaled_dot_product_attention 'scaled_dot_product_attention_{}': ", number);
  };
  CHECK(error(query, value, value) ==
        name(1) +
            "query [..., queries, units], key [..., keys, units] and value [..., keys, value units] are needed: "
            "query f32[2,3,4], key f32[2,5,6], value f32[2,5,6]");
  CHECK(error(query, key, value, {.mask = input("mask", {4, 5})}) ==
        name(2) +
            "the mask is f32[4,5]: bool or f32 is needed, of a shape that broadcasts to that of the scores, [2,3,5]");
  CHECK(error(query, key, value, {.mask = step}) ==
        name(3) +
            "the mask is i32[]: bool or f32 is needed, of a shape that broadcasts to that of the scores, [2,3,5]");
  CHECK(error(query, key, value, {.scale = INFINITY}) == name(4) + "the scale is inf: a finite number is needed");
  CHECK(error(query, key, value, {.dropout = {.rate = 0.5}}) ==
        "scaled_dot_product_attention: a dropout of rate 0.5 needs a step, such as a state that counts the runs");
  CHECK(error(query, key, value, {.dropout = {.rate = 1.0}, .step = step}) ==
        name(5) + "the rate is 1: a number in [0, 1) is needed");
  CHECK(error(query, key, value, {.dropout = {.rate = 0.5}, .step = query}) ==
        name(6) + "the step is f32[2,3,4]: i32[] is needed");
  CHECK(error({}, key, value) == "scaled_dot_product_attention: an operand is a null value");
}

TEST_CASE("rotary_embedding, worked out by hand") {
  Graph graph;
  const Value x = graph.constant(Tensor::of<double>({2, 2}, {3.0, 4.0, 3.0, 4.0}));
  const Tensor y = test::evaluate(rotary_embedding(x, graph.constant(Tensor::of<std::int32_t>({2}, {0, 1}))));
  CHECK(y.number(0) == 3.0);
  CHECK(y.number(1) == 4.0);
  CHECK(y.number(2) == doctest::Approx(3.0 * std::cos(1.0) - 4.0 * std::sin(1.0)).epsilon(1e-14));
  CHECK(y.number(3) == doctest::Approx(4.0 * std::cos(1.0) + 3.0 * std::sin(1.0)).epsilon(1e-14));

  const Value positions = graph.input("positions", DType::i32, {3});
  const auto name = [](int number) { return fmt::format("rotary_embedding 'rotary_embedding_{}': ", number); };
  CHECK(error_of([&] { rotary_embedding(x, positions); }) ==
        name(1) + "for x f64[2,2] the positions must be i32[2], not i32[3]");
  CHECK(error_of([&] {
          rotary_embedding(graph.input("odd", DType::f32, {3, 3}), positions);
        }) == name(2) + "x is f32[3,3]: [..., time, units] of an even number of units is needed");
  CHECK(error_of([&] {
          rotary_embedding(graph.input("even", DType::f32, {3, 2}), positions, 1.0);
        }) == name(3) + "the base is 1: a number above 1 is needed");
}

TEST_CASE("mismatches of attention name both sides") {
  Graph graph;
  const auto input = [&](std::string_view name, const Shape& shape) { return graph.input(name, DType::f32, shape); };
  const Value query = input("query", {2, 3});
  const Value keys = input("keys", {2, 4, 5});
  const Value v = input("v", {5, 1});
  const Value bv = input("bv", {1});
  CHECK(error_of([&] { additive_scores(query, keys, v, bv); }) ==
        "additive_scores 'additive_scores': query [batch, units] and keys [batch, time, units] are needed: query "
        "f32[2,3], keys f32[2,4,5]");
  const AdditiveAttentionWeights weights{
      input("w1", {3, 5}), input("b1", {5}), input("w2", {5, 5}), input("b2", {5}), v, bv};
  CHECK_NOTHROW(additive_attention(query, keys, weights));
  CHECK(error_of([&] { additive_attention(query, keys, weights, graph.input("lengths", DType::i32, {3})); }) ==
        "additive_attention 'additive_attention_1': the lengths are i32[3]: i32[2] is needed");
}

}  // namespace weft

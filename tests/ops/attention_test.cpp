#include <doctest/doctest.h>

#include <cmath>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
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

// Layers over embedded tokens: distinct tokens are projected once, in blocks of 256, 64 and 16 rows, so the numbers of
// ids here are around these, with few and with many of them distinct.

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "backends/onednn/onednn_backend.h"
#include "graph/base/error.h"
#include "ops/ops.h"
#include "tests/backends/onednn/test.h"

using namespace weft;
using namespace weft::test;

namespace {

constexpr std::int64_t vocabulary = 700;
constexpr std::int64_t in = 20;
constexpr std::int64_t out = 37;

/// `variables`: the table and kernel are parameters, whose packed copies are kept, and not inputs.
Graph layer(std::int64_t count, bool variables, DType factors = DType::f32) {
  Graph graph;
  const auto leaf = [&](std::string_view name, const Shape& shape) {
    return variables ? graph.parameter(name, shape, Initializer::uniform(-1.0, 1.0))
                     : graph.input(name, DType::f32, shape);
  };
  const Value table = leaf("table", {vocabulary, in});
  const Value kernel = factors == DType::f32 ? leaf("kernel", {in, out}) : graph.input("kernel", factors, {in, out});
  const Value bias = leaf("bias", {out});
  const Value ids = graph.input("ids", DType::i32, {count});
  graph.output("y", embedding_dense(table, ids, kernel, bias));
  const EmbeddingDenseGradient gradient =
      embedding_dense_gradient(table, ids, kernel, graph.input("cotangent", DType::f32, {count, out}));
  graph.output("d_table", gradient.table);
  graph.output("d_kernel", gradient.kernel);
  return graph;
}

/// So many ids in random order, `distinct` of them different.
Tensor draw_ids(std::int64_t count, std::int64_t distinct, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::int32_t> ids;
  for (std::int64_t i = 0; i < count; ++i)
    ids.push_back(
        static_cast<std::int32_t>((i % distinct * 211 + 5) % vocabulary));  // 211 and 700 have no common factor
  std::ranges::shuffle(ids, random);
  return Tensor::of<std::int32_t>({count}, ids);
}

}  // namespace

TEST_CASE("layers over embedded tokens agree with the reference backend, however many tokens are distinct") {
  for (const bool variables : {false, true})
    for (const std::int64_t count : {1, 2, 15, 16, 17, 64, 79, 81, 256, 337, 600})
      for (const std::int64_t distinct : {1, 3, 15, 16, 17, 65, 100, 300, 600}) {
        if (distinct > count) continue;
        CAPTURE(variables);
        CAPTURE(count);
        CAPTURE(distinct);
        const Graph graph = layer(count, variables);
        TensorMap inputs = draw_all(graph);
        inputs.at("ids") = draw_ids(count, distinct, 11);
        CHECK(distance_from_reference(graph, inputs) < 1e-5);
      }
}

TEST_CASE("in bf16, rows and sums are rounded as the reference backend rounds them") {
  for (const std::int64_t count : {1, 2, 17, 64, 81, 256, 337})
    for (const std::int64_t distinct : {1, 3, 16, 17, 100, 300}) {
      if (distinct > count) continue;
      CAPTURE(count);
      CAPTURE(distinct);
      const Graph graph = layer(count, false, DType::bf16);
      TensorMap inputs = draw_all(graph);
      inputs.at("ids") = draw_ids(count, distinct, 11);
      const TensorMap expected = Execution(compile(graph, reference_backend())).run(inputs);
      for (const auto& [name, tensor] : run_fast(graph, inputs)) CHECK(distance(tensor, expected.at(name)) < 1e-5);
    }
}

TEST_CASE("a token's row has the same bits whatever tokens are beside it") {
  const Graph graph = layer(300, true);
  Execution execution = compile(graph, onednn_backend());
  TensorMap inputs = draw_all(graph);
  std::vector<float> expected;
  for (const std::int64_t distinct : {300, 270, 90, 20, 2, 1}) {
    CAPTURE(distinct);
    Tensor ids = draw_ids(300, distinct, 5);
    std::ranges::replace(ids.as<std::int32_t>(), 5, 6);
    ids.as<std::int32_t>()[150] = 5;
    inputs.at("ids") = ids;
    const Tensor y = execution.run(inputs).at("y");
    const auto row = y.as<float>().subspan(150 * out, out);
    if (expected.empty()) expected.assign(row.begin(), row.end());
    CHECK(std::ranges::equal(row, expected));
  }
}

TEST_CASE("an id outside of the table is an error with its place") {
  const Graph graph = layer(4, true);
  Execution execution = compile(graph, onednn_backend());
  TensorMap inputs = draw_all(graph);
  for (const std::int32_t id : {-1, 700}) {
    inputs.at("ids") = Tensor::of<std::int32_t>({4}, {0, 699, id, 1});
    CHECK_THROWS_WITH_AS(execution.run(inputs), doctest::Contains("at index 2 is outside of the table of 700 rows"),
                         Error);
  }
}

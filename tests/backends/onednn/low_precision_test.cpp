// Products with narrow weights: they follow their variable, a row's bits depend on that row alone, and the loops for
// AVX-512 are those for any processor.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/products/low_precision_products.h"
#include "backends/reference/reference_backend.h"
#include "ops/matrix/weight_precision.h"
#include "ops/op_list.h"
#include "tests/backends/onednn/test.h"

namespace weft {
namespace {

constexpr WeightPrecision both[] = {WeightPrecision::bf16, WeightPrecision::int8};

/// y of dense with the parameters "w" and "b".
Graph layer(std::int64_t rows, std::int64_t k, std::int64_t n) {
  Graph graph;
  graph.output(
      "y", dense(graph.input("x", DType::f32, {rows, k}), graph.parameter("w", {k, n}, Initializer::uniform(-1.0, 1.0)),
                 graph.parameter("b", {n}, Initializer::uniform(-1.0, 1.0))));
  return graph;
}

Execution compile_low_precision(const Graph& graph, WeightPrecision weights, std::shared_ptr<Variables> variables,
                                const Backend& backend = onednn_backend()) {
  CompileOptions options;
  options.extra_passes = {fmt::format("{}-weights", to_string(weights))};
  return Execution(compile(graph, backend, options), {.variables = std::move(variables)});
}

Tensor row_of(const Tensor& matrix, std::int64_t row) {
  const std::int64_t columns = matrix.shape()[1];
  return Tensor::of<float>({1, columns}, matrix.as<float>().subspan(static_cast<std::size_t>(row * columns),
                                                                    static_cast<std::size_t>(columns)));
}

}  // namespace

TEST_CASE("the loops for AVX-512 and those for any processor give the same bits") {
  for (const WeightPrecision weights : both)
    for (const std::int64_t k : {1, 3, 4, 5, 64, 131})
      for (const std::int64_t n : {1, 15, 16, 63, 64, 65, 129})
        for (const std::int64_t m : {1, 2, 3, 4, 5, 6, 7, 13}) {
          CAPTURE(to_string(weights));
          CAPTURE(k);
          CAPTURE(n);
          CAPTURE(m);
          const Tensor x = test::draw("x", {m, k});
          const Tensor kernel = test::draw("kernel", {k, n});
          const Tensor bias = test::draw("bias", {n});
          onednn::LowPrecisionMatrix matrix(k, n, weights);
          matrix.refresh(kernel.as<float>().data(), 1);
          Tensor scratch(
              {DType::boolean, {static_cast<std::int64_t>(onednn::low_precision_scratch_bytes(matrix, m)) + 1}});
          for (const float* added : {bias.as<float>().data(), static_cast<const float*>(nullptr)}) {
            Tensor portable({DType::f32, {m, n}});
            Tensor best({DType::f32, {m, n}});
            onednn::run_low_precision_product(x.as<float>().data(), matrix, added, portable.as<float>().data(), m,
                                              scratch.bytes().data(), onednn::LowPrecisionLoops::portable);
            onednn::run_low_precision_product(x.as<float>().data(), matrix, added, best.as<float>().data(), m,
                                              scratch.bytes().data(), onednn::best_low_precision_loops(weights));
            CHECK(portable == best);
          }
        }
}

TEST_CASE("a row of a narrow product does not depend on the rows beside it") {
  for (const WeightPrecision weights : both) {
    const auto variables = std::make_shared<Variables>();
    Execution alone = compile_low_precision(layer(1, 70, 200), weights, variables);
    for (const std::int64_t rows : {2, 7, 64}) {
      Execution together = compile_low_precision(layer(rows, 70, 200), weights, variables);
      const Tensor x = test::draw("x", {rows, 70});
      const Tensor y = together.run({{"x", x}}).at("y");
      for (std::int64_t row = 0; row < rows; ++row) CHECK(alone.run({{"x", row_of(x, row)}}).at("y") == row_of(y, row));
    }
  }
}

TEST_CASE("narrow products come close to the exact ones, and to the reference backend's") {
  for (const WeightPrecision weights : both) {
    CAPTURE(to_string(weights));
    const auto variables = std::make_shared<Variables>();
    const Graph graph = layer(9, 120, 70);
    const TensorMap inputs{{"x", test::draw("x", {9, 120})}};
    Execution narrow = compile_low_precision(graph, weights, variables);
    REQUIRE(std::ranges::count(narrow.graph().nodes(), &op::low_precision_dense,
                               [&](NodeId id) { return narrow.graph().node(id).op; }) == 1);
    const Tensor y = narrow.run(inputs).at("y");
    const Tensor reference = compile_low_precision(graph, weights, variables, reference_backend()).run(inputs).at("y");
    const Tensor exact = Execution(compile(graph, reference_backend()), {.variables = variables}).run(inputs).at("y");
    double from_reference = 0;
    double from_exact = 0;
    for (std::int64_t i = 0; i < y.shape().volume(); ++i) {
      from_reference = std::max(from_reference, std::abs(y.number(i) - reference.number(i)));
      from_exact = std::max(from_exact, std::abs(y.number(i) - exact.number(i)));
    }
    CHECK(from_reference < 1e-4);
    // Rounding errors of at most 2^-9 or 1/254, half of that on average, that add up like a random walk.
    CHECK(from_exact < 0.2);
    CHECK(from_exact > 1e-4);
  }
}

TEST_CASE("narrow copies follow their variable") {
  for (const WeightPrecision weights : both) {
    const auto variables = std::make_shared<Variables>();
    Execution few = compile_low_precision(layer(2, 20, 20), weights, variables);
    Execution many = compile_low_precision(layer(40, 20, 20), weights, variables);
    variables->set("b", Tensor({DType::f32, {20}}));
    const Tensor ones = Tensor::full({DType::f32, {2, 20}}, 1.0);
    const Tensor more_ones = Tensor::full({DType::f32, {40, 20}}, 1.0);
    for (const double scale : {1.0, 2.0, -0.5}) {
      variables->set("w", Tensor::full({DType::f32, {20, 20}}, scale));
      CHECK(few.run({{"x", ones}}).at("y").number(3) == doctest::Approx(20 * scale));
      CHECK(many.run({{"x", more_ones}}).at("y").number(799) == doctest::Approx(20 * scale));
    }
  }
}

TEST_CASE("what is not finite stays so, and rows of zeros give the bias") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  for (const Backend* backend : {&onednn_backend(), &reference_backend()}) {
    CAPTURE(backend->name());
    const auto variables = std::make_shared<Variables>();
    Execution product = compile_low_precision(layer(5, 33, 18), WeightPrecision::int8, variables, *backend);
    Tensor x = test::draw("x", {5, 33});
    x.set_number(7, infinity);  // row 0
    x.set_number(33 + 5, nan);  // row 1
    for (std::int64_t i = 0; i < 33; ++i) {
      x.set_number(2 * 33 + i, 0.0);
      x.set_number(3 * 33 + i, 1e-38);
    }
    const Tensor y = product.run({{"x", x}}).at("y");
    for (std::int64_t column = 0; column < 18; ++column) {
      CHECK(std::isnan(y.number(column)));
      CHECK(std::isnan(y.number(18 + column)));
      CHECK(y.number(2 * 18 + column) == variables->get("b").number(column));
      CHECK(y.number(3 * 18 + column) == variables->get("b").number(column));
      CHECK(std::isfinite(y.number(4 * 18 + column)));
    }
    Tensor kernel = variables->get("w");
    kernel.set_number(4, nan);
    variables->set("w", kernel);
    const Tensor with_nan = product.run({{"x", x}}).at("y");
    CHECK(std::isnan(with_nan.number(4 * 18 + 4)));
    CHECK(std::isfinite(with_nan.number(4 * 18 + 5)));
  }
}

}  // namespace weft

// Products with weights in 8 bits: they follow their variable, a row's bits depend on that row alone, and the loops for
// AVX-512 give what those for any processor give.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/products/int8_products.h"
#include "backends/reference/reference_backend.h"
#include "ops/op_list.h"
#include "tests/backends/onednn/test.h"

namespace weft {
namespace {

/// y of dense with the parameters "w" and "b".
Graph layer(std::int64_t rows, std::int64_t k, std::int64_t n) {
  Graph graph;
  graph.output(
      "y", dense(graph.input("x", DType::f32, {rows, k}), graph.parameter("w", {k, n}, Initializer::uniform(-1.0, 1.0)),
                 graph.parameter("b", {n}, Initializer::uniform(-1.0, 1.0))));
  return graph;
}

Execution compile_int8(const Graph& graph, std::shared_ptr<Variables> variables,
                       const Backend& backend = onednn_backend()) {
  CompileOptions options;
  options.extra_passes = {"int8-weights"};
  return Execution(compile(graph, backend, options), {.variables = std::move(variables)});
}

}  // namespace

TEST_CASE("the loops for AVX-512 and those for any processor give the same bits") {
  for (const std::int64_t k : {1, 3, 4, 5, 64, 131})
    for (const std::int64_t n : {1, 15, 16, 63, 64, 65, 129})
      for (const std::int64_t m : {1, 2, 3, 4, 5, 6, 7, 13}) {
        CAPTURE(k);
        CAPTURE(n);
        CAPTURE(m);
        const Tensor x = test::draw("x", {m, k});
        const Tensor kernel = test::draw("kernel", {k, n});
        const Tensor bias = test::draw("bias", {n});
        onednn::Int8Matrix matrix(k, n);
        matrix.refresh(kernel.as<float>().data(), 1);
        Tensor scratch({DType::boolean, {static_cast<std::int64_t>(onednn::int8_scratch_bytes(matrix, m)) + 1}});
        for (const float* added : {bias.as<float>().data(), static_cast<const float*>(nullptr)}) {
          Tensor portable({DType::f32, {m, n}});
          Tensor best({DType::f32, {m, n}});
          onednn::run_int8_product(x.as<float>().data(), matrix, added, portable.as<float>().data(), m,
                                   scratch.bytes().data(), onednn::Int8Loops::portable);
          onednn::run_int8_product(x.as<float>().data(), matrix, added, best.as<float>().data(), m,
                                   scratch.bytes().data(), onednn::best_int8_loops());
          CHECK(portable == best);
        }
      }
}

TEST_CASE("a row of a product in 8 bits does not depend on the rows beside it") {
  const auto variables = std::make_shared<Variables>();
  Execution alone = compile_int8(layer(1, 70, 200), variables);
  for (const std::int64_t rows : {2, 7, 64}) {
    Execution together = compile_int8(layer(rows, 70, 200), variables);
    const Tensor x = test::draw("x", {rows, 70});
    const Tensor y = together.run({{"x", x}}).at("y");
    for (std::int64_t row = 0; row < rows; ++row)
      CHECK(alone.run({{"x", test::row_of(x, row)}}).at("y") == test::row_of(y, row));
  }
}

TEST_CASE("products in 8 bits come close to the exact ones, and to the reference backend's") {
  const auto variables = std::make_shared<Variables>();
  const Graph graph = layer(9, 120, 70);
  const TensorMap inputs{{"x", test::draw("x", {9, 120})}};
  Execution narrow = compile_int8(graph, variables);
  REQUIRE(std::ranges::count(narrow.graph().nodes(), &op::int8_dense,
                             [&](NodeId id) { return narrow.graph().node(id).op; }) == 1);
  const Tensor y = narrow.run(inputs).at("y");
  const Tensor reference = compile_int8(graph, variables, reference_backend()).run(inputs).at("y");
  const Tensor exact = Execution(compile(graph, reference_backend()), {.variables = variables}).run(inputs).at("y");
  double from_reference = 0;
  double from_exact = 0;
  for (std::int64_t i = 0; i < y.shape().volume(); ++i) {
    from_reference = std::max(from_reference, std::abs(y.number(i) - reference.number(i)));
    from_exact = std::max(from_exact, std::abs(y.number(i) - exact.number(i)));
  }
  CHECK(from_reference < 1e-4);
  // Rounding errors of at most 1/254, half of that on average, that add up like a random walk.
  CHECK(from_exact < 0.2);
  CHECK(from_exact > 1e-4);
}

TEST_CASE("copies in 8 bits follow their variable") {
  const auto variables = std::make_shared<Variables>();
  Execution few = compile_int8(layer(2, 20, 20), variables);
  Execution many = compile_int8(layer(40, 20, 20), variables);
  variables->set("b", Tensor({DType::f32, {20}}));
  const Tensor ones = Tensor::full({DType::f32, {2, 20}}, 1.0);
  const Tensor more_ones = Tensor::full({DType::f32, {40, 20}}, 1.0);
  for (const double scale : {1.0, 2.0, -0.5}) {
    variables->set("w", Tensor::full({DType::f32, {20, 20}}, scale));
    CHECK(few.run({{"x", ones}}).at("y").number(3) == doctest::Approx(20 * scale));
    CHECK(many.run({{"x", more_ones}}).at("y").number(799) == doctest::Approx(20 * scale));
  }
}

TEST_CASE("what is not finite stays so, and rows of zeros give the bias") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  for (const Backend* backend : {&onednn_backend(), &reference_backend()}) {
    CAPTURE(backend->name());
    const auto variables = std::make_shared<Variables>();
    Execution product = compile_int8(layer(5, 33, 18), variables, *backend);
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

// Products of factors in bf16 by loops of our own: a sum is what it is said to be, bit by bit, on any processor; a row's bits
// depend on that row alone, and panels follow their variable.

#include "backends/onednn/products/bf16_products.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/backends/onednn/test.h"

namespace weft {
namespace {

using onednn::Product;

Tensor as_bf16(const Tensor& tensor) { return tensor.converted_to(DType::bf16); }

/// The sums in the order that bf16_products.h states.
Tensor by_definition(const Product& product, const Tensor& a, const Tensor& b, const Tensor& bias) {
  const auto left = [&](std::int64_t row, std::int64_t k) {
    if (k >= product.k) return 0.0F;
    return static_cast<float>(a.number(product.transpose_a ? k * product.m + row : row * product.k + k));
  };
  const auto right = [&](std::int64_t k, std::int64_t column) {
    if (k >= product.k) return 0.0F;
    const double number = b.number(product.transpose_b ? column * product.k + k : k * product.n + column);
    return static_cast<float>(BFloat16(static_cast<float>(number)));
  };
  Tensor c({DType::f32, {product.m, product.n}});
  for (std::int64_t row = 0; row < product.m; ++row)
    for (std::int64_t column = 0; column < product.n; ++column) {
      float sum = product.bias ? static_cast<float>(bias.number(column)) : 0.0F;
      for (std::int64_t k = 0; k < product.k; k += 2) {
        sum = std::fma(left(row, k + 1), right(k + 1, column), sum);
        sum = std::fma(left(row, k), right(k, column), sum);
      }
      c.set_number(row * product.n + column, sum);
    }
  return c;
}

Tensor run(const Product& product, const Tensor& a, const Tensor& b, const Tensor& bias, onednn::RightOperand right,
           onednn::Bf16Loops loops) {
  const onednn::Bf16Product prepared(product, right, loops);
  Tensor scratch({DType::boolean, {static_cast<std::int64_t>(prepared.scratch_bytes()) + 1}});
  Tensor c({DType::f32, {product.m, product.n}});
  float* sums = c.as<float>().data();
  if (right == onednn::RightOperand::plain) {
    prepared.run(a.bytes().data(), b.bytes().data(), bias.as<float>().data(), sums, scratch.bytes().data());
  } else {
    const std::shared_ptr<PackedCopy> panels = prepared.packing(1).make();
    panels->refresh(b.bytes().data(), 1);
    prepared.run(a.bytes().data(), static_cast<const onednn::Bf16Panels&>(*panels), bias.as<float>().data(), sums,
                 scratch.bytes().data());
  }
  return c;
}

/// y of dense with the parameters "w" and "b", and z of the product with "w" transposed.
Graph layer_and_back(std::int64_t rows, std::int64_t k, std::int64_t n) {
  Graph graph;
  const Value w = graph.parameter("w", {k, n}, Initializer::uniform(-1.0, 1.0));
  const Value y =
      dense(graph.input("x", DType::f32, {rows, k}), w, graph.parameter("b", {n}, Initializer::uniform(-1.0, 1.0)));
  graph.output("y", y);
  graph.output("z", matmul(y, w, false, true));
  return graph;
}

Execution compile_bf16(const Graph& graph, std::shared_ptr<Variables> variables) {
  return Execution(compile(graph, {.precision = Precision::bf16}), {.variables = std::move(variables)});
}

}  // namespace

TEST_CASE("sums in bf16 are what they are said to be, bit by bit, by loops for any processor and by the best ones") {
  for (const std::int64_t k : {1, 2, 3, 31, 66, 1023, 1024, 1027})
    for (const std::int64_t n : {1, 15, 17, 64, 129})
      for (const std::int64_t m : {1, 2, 3, 4, 5, 6, 13})
        for (int variant = 0; variant < 16; ++variant) {
          if (k > 200 && (variant != 5 || m % 2 == 0)) continue;
          const Product product{.m = m,
                                .k = k,
                                .n = n,
                                .transpose_a = (variant & 1) != 0,
                                .transpose_b = (variant & 2) != 0,
                                .bias = (variant & 4) != 0,
                                .factors = DType::bf16,
                                .rounds_b = (variant & 8) != 0};
          CAPTURE(k);
          CAPTURE(n);
          CAPTURE(m);
          CAPTURE(variant);
          const Tensor a = as_bf16(test::draw("a", {m, k}));
          const Tensor drawn = test::draw("b", {k, n});
          const Tensor b = product.rounds_b ? drawn : as_bf16(drawn);
          const Tensor bias = test::draw("bias", {n});
          const Tensor expected = by_definition(product, a, b, bias);
          for (const onednn::RightOperand right : {onednn::RightOperand::plain, onednn::RightOperand::packed}) {
            CHECK(run(product, a, b, bias, right, onednn::best_bf16_loops()) == expected);
            CHECK(run(product, a, b, bias, right, onednn::Bf16Loops::portable) == expected);
          }
        }
}

TEST_CASE("in bf16, a row's bits depend on neither the rows beside it nor the number of threads") {
  const auto variables = std::make_shared<Variables>();
  Execution alone = compile_bf16(layer_and_back(1, 70, 200), variables);
  for (const std::int64_t rows : {2, 7, 64, 300}) {  // so many are packed in each run
    Execution together = compile_bf16(layer_and_back(rows, 70, 200), variables);
    const Tensor x = test::draw("x", {rows, 70});
    const TensorMap all = together.run({{"x", x}});
    for (const int count : {1, 3, 4}) {
      const test::Threads threads(count);
      CHECK(compile_bf16(layer_and_back(rows, 70, 200), variables).run({{"x", x}}) == all);
    }
    for (std::int64_t row = 0; row < rows; ++row) {
      const TensorMap one = alone.run({{"x", test::row_of(x, row)}});
      CHECK(one.at("y") == test::row_of(all.at("y"), row));
      CHECK(one.at("z") == test::row_of(all.at("z"), row));
    }
  }
}

TEST_CASE("weights are rounded anew when their variable changes, for both orders of a copy") {
  const auto variables = std::make_shared<Variables>();
  Execution few = compile_bf16(layer_and_back(2, 20, 20), variables);
  Execution many = compile_bf16(layer_and_back(40, 20, 20), variables);
  variables->set("b", Tensor({DType::f32, {20}}));
  for (const double scale : {1.0, 2.0, -0.5}) {
    variables->set("w", Tensor::full({DType::f32, {20, 20}}, scale));
    for (const auto& [execution, rows] : {std::pair(&few, 2), std::pair(&many, 40)}) {
      const TensorMap results = execution->run({{"x", Tensor::full({DType::f32, {rows, 20}}, 1.0)}});
      CHECK(results.at("y").number(3) == 20 * scale);
      CHECK(results.at("z").number(3) == 400 * scale * scale);
    }
  }
}

TEST_CASE("in bf16, what is not finite stays in its row or its column") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const Product product{.m = 7, .k = 33, .n = 70, .factors = DType::bf16};
  Tensor a = as_bf16(test::draw("a", {7, 33}));
  Tensor b = as_bf16(test::draw("b", {33, 70}));
  a.set_number(2 * 33 + 32, infinity);
  a.set_number(4 * 33 + 5, std::numeric_limits<double>::quiet_NaN());
  b.set_number(32 * 70 + 69, infinity);
  for (const onednn::Bf16Loops loops : {onednn::Bf16Loops::portable, onednn::best_bf16_loops()}) {
    const Tensor c = run(product, a, b, Tensor({DType::f32, {70}}), onednn::RightOperand::packed, loops);
    for (std::int64_t row = 0; row < 7; ++row)
      for (std::int64_t column = 0; column < 70; ++column) {
        const double number = c.number(row * 70 + column);
        CHECK(std::isnan(number) == (row == 4));
        CHECK(std::isinf(number) == (row != 4 && (row == 2 || column == 69)));
      }
  }
}

}  // namespace weft

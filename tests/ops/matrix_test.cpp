#include <doctest/doctest.h>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "ops/op_list.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

using test::error_of;
using test::evaluate;

Tensor ids(const std::vector<std::int32_t>& numbers) { return Tensor::of(Shape{std::ssize(numbers)}, numbers); }

}  // namespace

TEST_CASE("matmul takes each side transposed or not") {
  Graph graph;
  const Value a = graph.constant(Tensor::of<double>({2, 3}, {1, 2, 3, 4, 5, 6}));
  const Value b = graph.constant(Tensor::of<double>({3, 2}, {1, 0, 2, 1, 0, 1}));
  const Tensor product = Tensor::of<double>({2, 2}, {5, 5, 14, 11});
  CHECK(evaluate(matmul(a, b)) == product);
  CHECK(evaluate(matmul(transpose(a, {1, 0}), b, true, false)) == product);
  CHECK(evaluate(matmul(a, transpose(b, {1, 0}), false, true)) == product);
  CHECK(evaluate(matmul(transpose(a, {1, 0}), transpose(b, {1, 0}), true, true)) == product);
}

TEST_CASE("matmul of rank 3 goes batch by batch") {
  Graph graph;
  const Value a = graph.constant(Tensor::of<double>({2, 1, 2}, {1, 2, 3, 4}));
  const Value b = graph.constant(Tensor::of<double>({2, 2, 1}, {1, 10, 100, 1000}));
  CHECK(evaluate(matmul(a, b)) == Tensor::of<double>({2, 1, 1}, {21, 4300}));
}

TEST_CASE("mismatches of products name both sides") {
  Graph graph;
  const Value a = graph.input("a", DType::f32, {2, 3});
  const Value batch = graph.input("batch", DType::f32, {4, 3, 5});
  const Value vector = graph.input("vector", DType::f32, {3});
  CHECK(error_of([&] { matmul(a, a); }) == "matmul 'matmul': inner dimensions differ: lhs f32[2,3], rhs f32[2,3]");
  CHECK(error_of([&] { matmul(a, a, true, true); }) ==
        "matmul 'matmul': inner dimensions differ: lhs f32[2,3] transposed, rhs f32[2,3] transposed");
  CHECK(error_of([&] { matmul(vector, a, true, false); }) ==
        "matmul 'matmul': two matrices, or batches of matrices, are needed: lhs f32[3], rhs f32[2,3]");
  CHECK(error_of([&] { matmul(batch, slice(batch, 0, 0, 3), true, false); }) ==
        "matmul 'matmul': the batches of lhs f32[4,3,5] and rhs f32[3,3,5] do not broadcast: [4] and [3]");
  CHECK(error_of([&] { matmul(batch, a); }) ==
        "matmul 'matmul': inner dimensions differ: lhs f32[4,3,5], rhs f32[2,3]");
  CHECK(error_of([&] {
          matmul(batch, graph.input("b", DType::f64, {5, 2}));
        }) == "matmul 'matmul': element types differ: lhs f32[4,3,5], rhs f64[5,2]");
  CHECK(error_of([&] { dense(vector, a, vector); }) ==
        "dense 'dense': inner dimensions differ: x f32[3], kernel f32[2,3]");
  CHECK(error_of([&] {
          dense(a, transpose(a, {1, 0}), vector);
        }) == "dense 'dense': the bias needs one element a column: bias f32[3], kernel f32[3,2]");
}

TEST_CASE("an id outside of the table is an error of the run that names the node, the id and the vocabulary") {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    CAPTURE(backend->name());
    Graph graph;
    const Value table = graph.input("table", DType::f32, {5, 2});
    const Value looked_up = embedding(table, graph.input("ids", DType::i32, {3})).named("words");
    graph.output("rows", looked_up);
    const Tensor rows({DType::f32, Shape{5, 2}});
    Execution execution = compile(graph, *backend);
    for (const std::int32_t bad : {5, -1}) {
      const std::string message = error_of([&] { execution.run({{"table", rows}, {"ids", ids({0, bad, 4})}}); });
      CHECK(message.find("'words'") != std::string::npos);
      CHECK(message.find(std::to_string(bad)) != std::string::npos);
      CHECK(message.find("table of 5 rows") != std::string::npos);
    }
    CHECK(error_of([&] { execution.run({{"table", rows}, {"ids", ids({0, 3, 4})}}); }) == "no error");
  }
}

TEST_CASE("embedding_gradient sums the rows of an id that occurs twice, and leaves others 0") {
  Graph graph;
  const Value gradient = graph.constant(Tensor::of<double>({3, 2}, {1, 2, 10, 20, 100, 200}));
  CHECK(evaluate(embedding_gradient(gradient, graph.constant(ids({3, 1, 3})), 4)) ==
        Tensor::of<double>({4, 2}, {0, 0, 10, 20, 0, 0, 101, 202}));
}

TEST_CASE("beside factors in bf16, a kernel in f32 is rounded by hand: the upper half of a float, ties to even") {
  Graph graph;
  const Value x = cast(graph.constant(Tensor::of<float>({2, 2}, {127, 10, 0, 1})), DType::bf16);
  const Value kernel = graph.constant(Tensor::of<float>({2, 2}, {1, 1.0F + 1.0F / 256, -2, 1.0F + 3.0F / 256}));
  const Value bias = graph.constant(Tensor::of<float>({2}, {0.5F, 0}));
  // The second column becomes 1 and 1 + 4 / 256.
  CHECK(evaluate(dense(x, kernel, bias)) ==
        Tensor::of<float>({2, 2}, {107.5F, 127 + 10 * (1 + 4.0F / 256), -1.5F, 1 + 4.0F / 256}));
  CHECK(evaluate(matmul(x, kernel, false, true)) ==
        Tensor::of<float>({2, 2}, {127 + 10, -254 + 10 * (1 + 4.0F / 256), 1, 1 + 4.0F / 256}));
}

TEST_CASE("factors of two types are refused, but for a matrix that is rounded") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value x16 = graph.input("x16", DType::bf16, {2, 3});
  const Value kernel = graph.input("kernel", DType::bf16, {3, 4});
  CHECK(error_of([&] { matmul(x, kernel); }) == "matmul 'matmul': element types differ: lhs f32[2,3], rhs bf16[3,4]");
  CHECK(error_of([&] {
          matmul(x16, graph.input("d", DType::f64, {3, 4}));
        }) == "matmul 'matmul': element types differ: lhs bf16[2,3], rhs f64[3,4]");
  CHECK(error_of([&] {
          matmul(x16, graph.input("batches", DType::f32, {2, 3, 4}));
        }) == "matmul 'matmul': element types differ: lhs bf16[2,3], rhs f32[2,3,4]");
}

TEST_CASE("weights in 8 bits by hand: 127 steps to the largest magnitude") {
  Graph graph;
  const Value x = graph.constant(Tensor::of<double>({2, 2}, {127, 10, 0, 1}));
  const Value kernel = graph.constant(Tensor::of<double>({2, 2}, {1, 1.0 + 1.0 / 256, -2, 1.0 + 3.0 / 256}));
  // The first column is 64 (63.5, to even) and -127 steps of 2 / 127; the first row 127 and 10 steps of 1.
  const Tensor y = evaluate(int8_dense(x, kernel, Value()));
  CHECK(y.number(0) == doctest::Approx((127 * 64 - 10 * 127) * 2.0 / 127));
  CHECK(y.number(2) == doctest::Approx(-2.0));
}

TEST_CASE("a product in 8 bits refuses what does not fit") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value kernel = graph.input("kernel", DType::f32, {3, 4});
  const Value bias = graph.input("bias", DType::f32, {3});
  CHECK(error_of([&] { int8_dense(x, x, {}); }) ==
        "int8_dense 'int8_dense': inner dimensions differ: x f32[2,3], kernel f32[2,3]");
  CHECK(error_of([&] { int8_dense(x, kernel, bias); }) ==
        "int8_dense 'int8_dense': the bias needs one element a column: bias f32[3], kernel f32[3,4]");
  const Value long_x = graph.input("long_x", DType::f32, {65537});
  const Value long_kernel = graph.input("long_kernel", DType::f32, {65537, 1});
  CHECK(error_of([&] { int8_dense(long_x, long_kernel, {}); }) ==
        "int8_dense 'int8_dense': sums of at most 65536 8-bit products fit in 32 bits: kernel f32[65537,1]");
}

TEST_CASE("dense goes without a bias") {
  Graph graph;
  const Value kernel = graph.constant(Tensor::of<double>({2, 3}, {1, 2, 3, 4, 5, 6}));
  const Value row = dense(graph.constant(Tensor::of<double>({2}, {1, 10})), kernel);
  CHECK(row.shape() == Shape{3});
  CHECK(test::evaluate(row) == Tensor::of<double>({3}, {41, 52, 63}));
  CHECK(dense(graph.input("x", DType::f64, {2, 5, 2}), kernel).shape() == Shape{2, 5, 3});
  CHECK(test::error_of([&] {
          dense(graph.input("y", DType::f64, {2, 3}), kernel);
        }) == "dense: x f64[2,3] needs a kernel [3, out], it is f64[2,3]");
  CHECK(test::error_of([&] { dense(Value(), kernel); }) == "dense: the operand x is a null value");
}

TEST_CASE("matmul broadcasts batches, and a vector is a row or a column") {
  Graph graph;
  const Value a = graph.constant(Tensor::of<double>({2, 1, 1, 2}, {1, 2, 3, 4}));
  const Value b = graph.constant(Tensor::of<double>({3, 2, 1}, {1, 10, 100, 1000, 0, 1}));
  CHECK(evaluate(matmul(a, b)) == Tensor::of<double>({2, 3, 1, 1}, {21, 2100, 2, 43, 4300, 4}));
  CHECK(evaluate(matmul(graph.constant(Tensor::of<double>({1, 2}, {1, 2})), b)) ==
        Tensor::of<double>({3, 1, 1}, {21, 2100, 2}));
  const Value matrix = graph.constant(Tensor::of<double>({2, 2}, {1, 0, 1, 2}));
  CHECK(evaluate(matmul(a, matrix)) == Tensor::of<double>({2, 1, 1, 2}, {3, 4, 7, 8}));
  CHECK(evaluate(matmul(a, matrix, false, true)) == Tensor::of<double>({2, 1, 1, 2}, {1, 5, 3, 11}));
  const Value vector = graph.constant(Tensor::of<double>({2}, {1, 10}));
  CHECK(evaluate(matmul(vector, matrix)) == Tensor::of<double>({2}, {11, 20}));
  CHECK(evaluate(matmul(matrix, vector)) == Tensor::of<double>({2}, {1, 21}));
  CHECK(evaluate(matmul(vector, vector)) == Tensor::of<double>({}, {101}));
  CHECK(evaluate(matmul(vector, b)) == Tensor::of<double>({3, 1}, {101, 10100, 10}));
  CHECK(evaluate(matmul(a, vector)) == Tensor::of<double>({2, 1, 1}, {21, 43}));
}

TEST_CASE("einsum by hand") {
  Graph graph;
  const Value a = graph.constant(Tensor::of<double>({2, 3}, {1, 2, 3, 4, 5, 6}));
  const Value b = graph.constant(Tensor::of<double>({3, 2}, {1, 0, 2, 1, 0, 1}));
  const Value v = graph.constant(Tensor::of<double>({2}, {1, 10}));
  CHECK(evaluate(einsum("ij,jk->ik", {a, b})) == Tensor::of<double>({2, 2}, {5, 5, 14, 11}));
  CHECK(evaluate(einsum(" ij , jk -> ki ", {a, b})) == Tensor::of<double>({2, 2}, {5, 14, 5, 11}));
  CHECK(evaluate(einsum("ij,jk", {a, b})) == evaluate(einsum("ij,jk->ik", {a, b})));
  CHECK(evaluate(einsum("ba", {a})) == Tensor::of<double>({3, 2}, {1, 4, 2, 5, 3, 6}));
  CHECK(evaluate(einsum("ij->", {a})) == Tensor::of<double>({}, {21}));
  CHECK(evaluate(einsum("ij->j", {a})) == Tensor::of<double>({3}, {5, 7, 9}));
  CHECK(evaluate(einsum("ij,ji->i", {a, b})) == Tensor::of<double>({2}, {5, 11}));
  CHECK(evaluate(einsum("i,j->ij", {v, v})) == Tensor::of<double>({2, 2}, {1, 10, 10, 100}));
  CHECK(evaluate(einsum("i,ij,jk,k->", {v, a, b, v})) == Tensor::of<double>({}, {5 + 50 + 140 + 1100}));
  const Value cube = graph.constant(Tensor::of<double>({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}));
  CHECK(evaluate(einsum("iii->i", {cube})) == Tensor::of<double>({2}, {1, 8}));
  CHECK(evaluate(einsum("iji->ij", {cube})) == Tensor::of<double>({2, 2}, {1, 3, 6, 8}));
  CHECK(evaluate(einsum("iij->ji", {cube})) == Tensor::of<double>({2, 2}, {1, 7, 2, 8}));
  CHECK(evaluate(einsum("ii", {einsum("ij,jk", {a, b})})) == Tensor::of<double>({}, {16}));
  CHECK(evaluate(einsum("ij,kj->ki", {a, a})) == Tensor::of<double>({2, 2}, {14, 32, 32, 77}));
}

TEST_CASE("einsum with axes that have no letter, by hand") {
  Graph graph;
  const Value a = graph.constant(Tensor::of<double>({2, 3}, {1, 2, 3, 4, 5, 6}));
  const Value v = graph.constant(Tensor::of<double>({3}, {1, 0, 2}));
  const Value column = graph.constant(Tensor::of<double>({2, 1}, {1, 10}));
  const Value cube = graph.constant(Tensor::of<double>({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}));
  CHECK(evaluate(einsum("...j->...", {a})) == Tensor::of<double>({2}, {6, 15}));
  CHECK(evaluate(einsum("i...->...", {a})) == Tensor::of<double>({3}, {5, 7, 9}));
  CHECK(evaluate(einsum("i...->...i", {a})) == evaluate(einsum("ij->ji", {a})));
  CHECK(evaluate(einsum("i...", {a})) == evaluate(einsum("ij->ji", {a})));
  CHECK(evaluate(einsum("...ii->...i", {cube})) == Tensor::of<double>({2, 2}, {1, 4, 5, 8}));
  CHECK(evaluate(einsum("i...i", {cube})) == Tensor::of<double>({2}, {1 + 6, 3 + 8}));
  // They line up by the last one, and broadcast: axes that are missing, and axes of extent 1.
  CHECK(evaluate(einsum("...,...", {a, v})) == Tensor::of<double>({2, 3}, {1, 0, 6, 4, 0, 12}));
  CHECK(evaluate(einsum("...,...", {column, v})) == Tensor::of<double>({2, 3}, {1, 0, 2, 10, 0, 20}));
  CHECK(evaluate(einsum("...ij,...jk->...ik", {cube, column})) == Tensor::of<double>({2, 2, 1}, {21, 43, 65, 87}));
  CHECK(evaluate(einsum("...j,j->...", {a, v})) == Tensor::of<double>({2}, {7, 16}));
  CHECK(evaluate(einsum("...->...", {column})) == Tensor::of<double>({2, 1}, {1, 10}));
  CHECK(einsum("...i,...j", {a, graph.constant(Tensor({DType::f64, {5, 1, 4}}))}).shape() == Shape{5, 2, 3, 4});
  // None at all.
  CHECK(evaluate(einsum("...ij->j...i", {a})) == evaluate(einsum("ij->ji", {a})));
  CHECK(evaluate(einsum("...ij->ji", {a})) == evaluate(einsum("ij->ji", {a})));
  CHECK(evaluate(einsum("ij->...ji", {a})) == evaluate(einsum("ij->ji", {a})));
}

TEST_CASE("einsum of integers") {
  Graph graph;
  const Value a = graph.constant(Tensor::of<std::int32_t>({2, 3}, {1, 2, 3, 4, 5, 6}));
  CHECK(evaluate(einsum("ij,kj->ik", {a, a})) == Tensor::of<std::int32_t>({2, 2}, {14, 32, 32, 77}));
  CHECK(evaluate(einsum("ij,ij->ij", {a, a})) == Tensor::of<std::int32_t>({2, 3}, {1, 4, 9, 16, 25, 36}));
}

TEST_CASE("errors of einsum name the subscript") {
  Graph graph;
  const Value a = graph.input("a", DType::f32, {2, 3});
  const Value b = graph.input("b", DType::f32, {4, 5});
  CHECK(error_of([&] {
          einsum("ij,jk->ik", {a, b});
        }) == "einsum \"ij,jk->ik\": the subscript 'j' is 3 before, and 4 in operand 1, f32[4,5]");
  CHECK(error_of([&] { einsum("ii->i", {a}); }) ==
        "einsum \"ii->i\": the subscript 'i' is 2 before, and 3 in operand 0, f32[2,3]");
  CHECK(error_of([&] { einsum("ij->ik", {a}); }) == "einsum \"ij->ik\": the result's subscript 'k' is in no operand");
  CHECK(error_of([&] { einsum("ij->ii", {a}); }) == "einsum \"ij->ii\": the result has the subscript 'i' twice");
  CHECK(error_of([&] { einsum("ijk->i", {a}); }) == "einsum \"ijk->i\": 'ijk' names 3 axes, operand 0 is f32[2,3]");
  CHECK(error_of([&] { einsum("ij", {a, b}); }) == "einsum \"ij\": it names 1 operands, 2 are given");
  CHECK(error_of([&] { einsum("i1->i", {a}); }) ==
        "einsum \"i1->i\": '1' is no subscript: a letter is needed, one \"...\", ',' or '->'");
  CHECK(error_of([&] { einsum("ij->i->j", {a}); }) ==
        "einsum \"ij->i->j\": '-' is no subscript: a letter is needed, one \"...\", ',' or '->'");
  for (const char* dots : {"......ij", "...i...j", "..ij", "ij->......ij"})
    CHECK(error_of([&] { einsum(dots, {a}); }) ==
          fmt::format("einsum \"{}\": '.' is no subscript: a letter is needed, one \"...\", ',' or '->'", dots));
  CHECK(error_of([&] { einsum("...ijk->i", {a}); }) ==
        "einsum \"...ijk->i\": '...ijk' names 3 axes, operand 0 is f32[2,3]");
  CHECK(error_of([&] { einsum("...j->j", {a}); }) ==
        "einsum \"...j->j\": the result lacks the \"...\" of the operands, which stands for 1 axes");
  CHECK(error_of([&] {
          einsum("i...,j...", {a, b});
        }) == "einsum \"i...,j...\": axis -1 of \"...\" is 3 before, and 5 in operand 1, f32[4,5]");
  CHECK(error_of([&] {
          einsum("...i,...j,...k", {graph.input("d", DType::f32, {2, 1, 7}), graph.input("e", DType::f32, {1, 5, 7}),
                                    graph.input("f", DType::f32, {3, 5, 7})});
        }) == "einsum \"...i,...j,...k\": axis -2 of \"...\" is 2 before, and 3 in operand 2, f32[3,5,7]");
  CHECK(error_of([&] { einsum("ij,kl", {a, Value()}); }) == "einsum \"ij,kl\": operand 1 is a null value");
  CHECK(error_of([&] {
          einsum("ij,kl", {a, graph.input("c", DType::f64, {1, 1})});
        }) == "einsum \"ij,kl\": operand 0 is f32[2,3], operand 1 is f64[1,1]");
  CHECK(error_of([&] {
          einsum("ij", {graph.input("flags", DType::boolean, {1, 1})});
        }) == "einsum \"ij\": operand 0 is bool[1,1]: a floating-point type or i32 is needed");
  CHECK_THROWS_AS(einsum("", {}), Error);
  CHECK_THROWS_AS(einsum("abcde,fghij->abcdefghij", {graph.input("d", DType::f32, {1, 1, 1, 1, 1}),
                                                     graph.input("e", DType::f32, {1, 1, 1, 1, 1})}),
                  Error);
}

}  // namespace weft

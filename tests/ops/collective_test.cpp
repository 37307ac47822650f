#include <doctest/doctest.h>

#include "backends/onednn/onednn_backend.h"
#include "passes/autodiff/autodiff.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

Value row(Graph& graph, const std::vector<float>& elements) {
  return graph.constant(Tensor::of<float>({static_cast<std::int64_t>(elements.size())}, elements));
}

}  // namespace

TEST_CASE("one process alone has the sums that it gave") {
  Graph graph;
  const std::vector<Value> sums = all_reduce(Values{row(graph, {1, -2, 3}), graph.constant(4.0)});
  REQUIRE(sums.size() == 2);
  CHECK(test::elements(sums[0]) == std::vector<double>{1, -2, 3});
  CHECK(test::elements(sums[1]) == std::vector<double>{4});
  graph.output("sums", sums[0]);
  CHECK(test::run(graph, {}, onednn_backend()).at("sums").number(1) == -2);
}

TEST_CASE("the cotangents of an all_reduce are reduced likewise, those that are missing as zeros") {
  Graph graph;
  const Value x = row(graph, {1, 2}), y = row(graph, {3});
  const std::vector<Value> sums = all_reduce(Values{x, y});
  const std::vector<Value> of = gradients(reduce_sum(sums[0] * sums[0]), {x, y});
  CHECK(graph.node(of[0].producer()).op->name == "all_reduce");
  CHECK(test::elements(of[0]) == std::vector<double>{2, 4});
}

TEST_CASE("all_reduce says what it cannot add up") {
  Graph graph;
  const Value x = row(graph, {1}), count = graph.constant(1.0, DType::i32);
  CHECK(test::error_of([&] {
          all_reduce(Values{x, count});
        }) == "all_reduce 'all_reduce': element types differ: lhs f32[1], rhs i32[]");
  CHECK(test::error_of([&] { all_reduce(Values{less(x, x)}); }).find("values") != std::string::npos);
  CHECK(test::error_of([&] { all_reduce(std::vector<Value>(65, x)); }) ==
        "all_reduce 'all_reduce': there are 65 values: 1 to 64 are needed");
}

TEST_CASE("accumulate adds, and takes two values of one floating-point type") {
  Graph graph;
  CHECK(test::elements(accumulate(row(graph, {1, 2}), row(graph, {0.5, -4}))) == std::vector<double>{1.5, -2});
  CHECK(test::error_of([&] {
          accumulate(row(graph, {1, 2}), row(graph, {1}));
        }) == "accumulate 'accumulate_1': x is f32[1], the total is f32[2]: they must be of one type");
  const Value count = graph.constant(1.0, DType::i32);
  CHECK(test::error_of([&] { accumulate(count, count); }).find("total") != std::string::npos);
}

}  // namespace weft

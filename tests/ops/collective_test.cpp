#include <doctest/doctest.h>

#include "backends/onednn/onednn_backend.h"
#include "passes/autodiff/autodiff.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

Value row(Graph& graph, const std::vector<float>& elements) {
  return graph.constant(Tensor::of<float>({static_cast<std::int64_t>(elements.size())}, elements));
}

/// What the reference backend, which is one process, makes of a shard among two.
void evaluate_for_two(Value x) { test::evaluate(shard(x, {.processes = 2, .step = 4})); }

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

TEST_CASE("shards are equal, whole steps, and filled up with zeros") {
  CHECK(Sharding{.processes = 1, .step = 4}.shard(15) == 16);
  CHECK(Sharding{.processes = 2, .step = 4}.shard(15) == 8);
  CHECK(Sharding{.processes = 3, .step = 4}.shard(15) == 8);
  CHECK(Sharding{.processes = 4, .step = 4}.shard(15) == 4);
  CHECK(Sharding{.processes = 5, .step = 4}.shard(15) == 4);
  CHECK(Sharding{.processes = 5, .step = 4}.shard(0) == 0);
  Graph graph;
  const Value x = row(graph, {1, -2, 3});
  const Sharding alone{.processes = 1, .step = 4};
  CHECK(test::elements(reduce_scatter(x, alone)) == std::vector<double>{1, -2, 3, 0});
  CHECK(test::elements(shard(x, alone)) == std::vector<double>{1, -2, 3, 0});
  CHECK(test::elements(all_gather(row(graph, {1, -2, 3, 7}), {3, 1}, alone)) == std::vector<double>{1, -2, 3});
  const Value four = row(graph, {1, 2, 4, 0});
  CHECK(test::elements(global_norm_of_shards(Values{four, graph.constant(2.0)}, std::vector<std::int64_t>{3, 0},
                                             alone)) == std::vector<double>{5});
}

TEST_CASE("shards say what does not fit") {
  Graph graph;
  const Value x = row(graph, {1, -2, 3});
  CHECK(test::error_of([&] { all_gather(x, {3}, {.processes = 1, .step = 4}); }) ==
        "all_gather 'all_gather': the shard is f32[3]: of a value [3] it is [4]");
  CHECK(test::error_of([&] { shard(x, {.processes = 0}); }) ==
        "shard 'shard': processes is 0: a number in [1, 16777216] is needed");
  CHECK(test::error_of([&] { reduce_scatter(x, {.step = -1}); }) ==
        "reduce_scatter 'reduce_scatter': step is -1: a number in [1, 16777216] is needed");
  CHECK(test::error_of([&] { global_norm_of_shards(Values{x}, std::vector<std::int64_t>{9}, {}); }) ==
        "global_norm_of_shards 'global_norm_of_shards': value 0 is f32[3]: it is no shard of a value of 9 elements");
  CHECK(test::error_of([&] { evaluate_for_two(x); }).find("it is for 2 processes, one runs the graph") !=
        std::string::npos);
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

#include "models/training/partial_sums.h"

#include <doctest/doctest.h>

#include <cmath>

#include "graph/base/random.h"
#include "graph/graph.h"
#include "tests/tree_sum.h"

namespace weft {
namespace {

/// Numbers whose sum depends on the order.
std::vector<float> micro_batches(std::int64_t count) {
  const CounterRandom random(3, "micro-batches");
  std::vector<float> numbers;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(count); ++i)
    numbers.push_back(static_cast<float>(std::ldexp(random.unit(i) - 0.5, static_cast<int>(i % 7))));
  return numbers;
}

/// A sum as a micro-batch's graph adds to it.
struct Sum {
  Sum() {
    Graph graph;
    graph.state("accumulated/x", {DType::f32, Shape{1}});
    variables.initialise(graph);
  }
  float& value() { return variables.entry("accumulated/x").tensor.as<float>()[0]; }
  float of(const std::vector<float>& numbers) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      sums.prepare(static_cast<std::int64_t>(i));
      value() += numbers[i];
    }
    sums.finish(std::ssize(numbers));
    const float all = value();
    sums.clear();
    return all;
  }

  Variables variables;
  PartialSums sums{variables, {"accumulated/x"}};
};

}  // namespace

TEST_CASE("micro-batches are added in a binary tree over their numbers, one update after another") {
  Sum sum;
  bool chain_differs = false;
  for (std::int64_t count = 1; count <= 67; ++count) {
    CAPTURE(count);
    const std::vector<float> numbers = micro_batches(count);
    CHECK(sum.of(numbers) == test::tree_sum_of(numbers));
    float chain = 0;
    for (const float number : numbers) chain += number;
    chain_differs = chain_differs || chain != test::tree_sum_of(numbers);
  }
  CHECK(chain_differs);  // or the test could not fail
}

TEST_CASE("shares that are subtrees make parts of the same sum, whatever is missing at the end") {
  for (const std::int64_t share : {1, 2, 4, 8})
    for (std::int64_t count = 1; count <= 5 * share; ++count) {
      CAPTURE(share);
      CAPTURE(count);
      const std::vector<float> numbers = micro_batches(count);
      std::vector<float> parts;
      for (std::int64_t first = 0; first < 5 * share; first += share) {
        const std::int64_t last = std::min(first + share, count);
        parts.push_back(first < last ? Sum().of({numbers.begin() + first, numbers.begin() + last}) : 0.0F);
      }
      CHECK(test::tree_sum_of(parts) == test::tree_sum_of(numbers));
    }
}

TEST_CASE("no sum is -0, so that zeros may stand for what is missing") {
  CHECK_FALSE(std::signbit(Sum().of({-0.0F, -0.0F, -0.0F})));
}

}  // namespace weft

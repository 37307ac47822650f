#include <doctest/doctest.h>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/execution.h"
#include "backends/runtime/poison.h"
#include "ops/ops.h"
#include "passes/autodiff/autodiff.h"
#include "tests/graphs/small_models.h"

namespace weft {
namespace {

constexpr std::int64_t units = 96;
constexpr std::size_t weight_bytes = units * units * sizeof(float);

/// The most scratch memory of a kernel.
std::size_t most_scratch(const Program& program) {
  std::size_t most = 0;
  for (const Region& region : program.memory_plan().regions)
    if (!region.root) most = std::max(most, region.bytes);
  return most;
}

/// Products of an input and a weight, the second one of the first one's result.
Graph products(int count, bool is_updated) {
  Graph graph;
  const Value weight = graph.parameter("weight", {units, units}, Initializer::glorot_uniform());
  Value x = graph.input("x", DType::f32, {8, units});
  for (int i = 0; i < count; ++i) x = tanh(matmul(x, weight));
  graph.output("y", x);
  if (is_updated) graph.update(weight, weight * 0.5);
  return graph;
}

Graph training_step(std::int64_t rows) {
  Graph graph;
  std::vector<Value> weights;
  Value x = graph.input("x", DType::f32, {rows, units});
  for (const char* name : {"first", "second"}) {
    weights.push_back(graph.parameter(name, {units, units}, Initializer::glorot_uniform()));
    x = tanh(matmul(x, weights.back()));
  }
  const Value loss = reduce_mean(x * x);
  const std::vector<Value> slopes = gradients(loss, weights);
  for (std::size_t i = 0; i < weights.size(); ++i) graph.update(weights[i], weights[i] - slopes[i]);
  graph.output("loss", loss);
  return graph;
}

}  // namespace

TEST_CASE("a weight that each run changes and one product reads is packed in the arena") {
  CHECK(most_scratch(compile(products(1, true), onednn_backend())) >= weight_bytes);
}

TEST_CASE("a packed copy that several products share, or several runs, is kept") {
  CHECK(most_scratch(compile(products(2, true), onednn_backend())) < weight_bytes);
  CHECK(most_scratch(compile(products(1, false), onednn_backend())) < weight_bytes);
}

TEST_CASE("steps of several shapes that train the same weights in one arena pack each content anew") {
  const std::vector<std::int64_t> rows{8, 40, 8, 24, 40};
  std::vector<TensorMap> results[2];
  for (const bool is_shared : {false, true}) {
    const auto variables = std::make_shared<Variables>();
    const auto arena = std::make_shared<Arena>();
    std::map<std::int64_t, Execution> steps;
    for (const std::int64_t count : rows) {
      if (steps.contains(count)) continue;
      const Program program = compile(training_step(count), onednn_backend());
      Execution step(program, {.variables = variables, .arena = is_shared ? arena : nullptr});
      step.attach(std::make_shared<Poison>(program));
      steps.emplace(count, std::move(step));
    }
    for (const std::int64_t count : rows)
      results[is_shared].push_back(
          steps.at(count).run(test::small_model_inputs(steps.at(count).graph(), static_cast<std::uint64_t>(count))));
    results[is_shared].push_back(variables->snapshot());
  }
  CHECK(std::ranges::equal(results[0], results[1], test::same_bits));
}

}  // namespace weft

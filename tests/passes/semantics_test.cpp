// The passes change how a graph computes, not what: random graphs give the same outputs with all passes, with each one
// left out, and with decompose alone.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "graph/io/text.h"
#include "passes/pipeline.h"
#include "tests/fuzz/random_graph.h"

using namespace weft;

namespace {

constexpr double tolerance = 1e-12;

struct RunResult {
  TensorMap outputs;
  TensorMap variables;
};

/// Two runs, so that what the first leaves in the variables comes out of the second.
RunResult run_twice(const Graph& graph, const std::vector<std::string>& disabled) {
  Execution execution = compile(graph, reference_backend(), {.disabled_passes = disabled});
  execution.run(fuzz::random_inputs(graph, 1));
  TensorMap outputs = execution.run(fuzz::random_inputs(graph, 2));
  return {std::move(outputs), execution.variables().snapshot()};
}

/// The largest difference, relative to the larger of 1 (the order of all values in these graphs) and the largest
/// element.
double distance(const Tensor& a, const Tensor& b) {
  double difference = 0.0;
  double largest = 1.0;
  for (std::int64_t i = 0; i < a.shape().volume(); ++i) {
    const double gap = std::abs(a.number(i) - b.number(i));
    difference = std::isfinite(gap) ? std::max(difference, gap) : INFINITY;
    largest = std::max(largest, std::abs(a.number(i)));
  }
  return difference / largest;
}

void check_same(const TensorMap& expected, const TensorMap& actual) {
  REQUIRE(expected.size() == actual.size());
  for (const auto& entry : expected) {
    const auto& [name, tensor] = entry;
    CAPTURE(entry.first);
    REQUIRE(actual.contains(name));
    REQUIRE(actual.at(name).type() == tensor.type());
    CHECK(distance(tensor, actual.at(name)) <= tolerance);
  }
}

std::vector<std::string> names_without_decompose() {
  std::vector<std::string> names;
  for (const Pass* pass : all_passes())
    if (can_be_left_out(*pass)) names.emplace_back(pass->name);
  return names;
}

}  // namespace

TEST_CASE("random graphs compute the same with all passes, without each of them, and with decompose alone" *
          doctest::test_suite("slow")) {
  const std::vector<std::string> optional = names_without_decompose();
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    const Graph graph = fuzz::random_graph(seed);
    const RunResult plain = run_twice(graph, optional);
    const auto check = [&](const std::vector<std::string>& disabled) {
      CAPTURE(fmt::format("{}", disabled.empty() ? "all passes" : "without " + disabled.front()));
      const RunResult result = run_twice(graph, disabled);
      check_same(plain.outputs, result.outputs);
      check_same(plain.variables, result.variables);
    };
    check({});
    for (const std::string& name : optional) check({name});
  }
}

TEST_CASE("the pipeline acts on the random graphs with every one of its passes") {
  std::map<std::string, int> acted;
  for (std::uint64_t seed = 1; seed <= 100; ++seed)
    compile(fuzz::random_graph(seed, {.floats = DType::f32}), onednn_backend(),
            {.observer = {.before = {}, .after = [&](const Pass& pass, const Graph&, bool changed, double) {
                            acted[std::string(pass.name)] += changed ? 1 : 0;
                          }}});
  for (const Pass* pass : compile_pipeline()) {
    if (pass == &pass::data_parallel || pass == &pass::shard_updates) continue;  // there is one process
    if (pass == &pass::rematerialise) continue;  // of so few nodes none costs next to nothing beside the others
    CAPTURE(pass->name);
    CHECK(acted[std::string(pass->name)] >= 5);
  }
}

TEST_CASE("compiling the same graph twice gives the same graph") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Execution first = compile(fuzz::random_graph(seed), reference_backend());
    const Execution second = compile(fuzz::random_graph(seed), reference_backend());
    CHECK(to_text(first.graph()) == to_text(second.graph()));
  }
}

#include "backends/runtime/poison.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "ops/ops.h"
#include "tests/graphs/small_models.h"

using namespace weft;
using namespace weft::test;

namespace {

template <typename T>
T poisoned_number() {
  std::byte bytes[sizeof(T)];
  poison(bytes);
  T number;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

using Mistake = void (*)(BufferPlan&);

/// Whether it gives the same bits as the graph compiled without the mistake, and without poison.
bool runs_alike(Execution other, const Graph& graph, const Backend& backend) {
  Execution plain = compile(graph, backend);
  return std::ranges::equal(runs_of(plain, graph, 3), runs_of(other, graph, 3), same_bits);
}

Program with_mistake(const Graph& graph, const Backend& backend, Mistake mistake) {
  CompileOptions options;
  options.on_memory_plan = mistake;
  return compile(graph, backend, options);
}

Execution poisoned(const Program& program, const ExecutionOptions& options = {}) {
  Execution execution(program, options);
  execution.attach(std::make_shared<Poison>(program));
  return execution;
}

/// The region of the plan that lives for longest, of those that die before the end, is said to die a step too early.
void plant_early_death(BufferPlan& plan) {
  Region* longest = nullptr;
  for (Region& region : plan.regions)
    if (region.root && region.last < plan.needs_kernel.size() &&
        (longest == nullptr || region.last - region.first > longest->last - longest->first))
      longest = &region;
  REQUIRE(longest != nullptr);
  REQUIRE(longest->last > longest->first);
  longest->last = longest->first;
}

/// (exp x) * (tanh (exp x)), with exp x kept over a step.
Graph kept_over_a_step() {
  Graph graph;
  const Value kept = exp(graph.input("x", DType::f32, {4, 4}));
  graph.output("y", mul(tanh(matmul(kept, kept)), kept));
  return graph;
}

}  // namespace

TEST_CASE("poison is NaN, or an absurd integer, whatever its length") {
  CHECK(std::isnan(poisoned_number<float>()));
  CHECK(std::isnan(poisoned_number<double>()));
  CHECK(poisoned_number<std::int32_t>() > 2'000'000'000);
  CHECK(poisoned_number<std::uint8_t>() > 1);
  std::vector<std::byte> rest(7, std::byte{0});
  poison(rest);
  CHECK(std::ranges::count(rest, std::byte{0}) == 0);
}

TEST_CASE("models give the same bits when what is dead is poisoned") {
  for (const auto& entry : small_models()) {
    const auto& [name, graph] = entry;
    CAPTURE(entry.first);
    for (const Backend* backend : {&onednn_backend(), &reference_backend()})
      CHECK(runs_alike(poisoned(compile(graph, *backend)), graph, *backend));
  }
}

TEST_CASE("random graphs give the same bits when what is dead is poisoned") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const Graph graph = fuzz::random_graph(seed, {.nodes = 30, .differentiate = seed % 2 == 0, .updates = true});
    CHECK(runs_alike(poisoned(compile(graph, reference_backend())), graph, reference_backend()));
  }
}

TEST_CASE("poison finds a region that the plan gives up too early, which changes nothing otherwise") {
  const Graph graph = kept_over_a_step();
  const Backend& backend = onednn_backend();
  const Program wrong = with_mistake(graph, backend, plant_early_death);
  CHECK(runs_alike(wrong, graph, backend));
  CHECK(runs_alike(poisoned(compile(graph, backend)), graph, backend));
  CHECK_FALSE(runs_alike(poisoned(wrong), graph, backend));
}

TEST_CASE("poison finds it in every model") {
  const Backend& backend = reference_backend();
  for (const auto& entry : small_models()) {
    const auto& [name, graph] = entry;
    CAPTURE(entry.first);
    bool found = false;
    try {
      found = !runs_alike(poisoned(with_mistake(graph, backend, plant_early_death)), graph, backend);
    } catch (const Error&) {  // an absurd id
      found = true;
    }
    CHECK(found);
  }
}

TEST_CASE("nothing is read before it is written, although the arena is shared") {
  // The other execution leaves its own values behind; poison takes their place before each run.
  const Graph graph = kept_over_a_step();
  const ExecutionOptions shared{.arena = std::make_shared<Arena>()};
  const Program program = compile(graph, onednn_backend());
  Execution first = poisoned(program, shared);
  Execution second = poisoned(program, shared);
  const std::vector<TensorMap> before = runs_of(first, graph, 2);
  CHECK(std::ranges::equal(before, runs_of(second, graph, 2), same_bits));
  CHECK(std::ranges::equal(before, runs_of(first, graph, 2), same_bits));
}

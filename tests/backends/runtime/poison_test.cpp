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
T poisoned() {
  std::byte bytes[sizeof(T)];
  poison(bytes);
  T number;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

bool runs_alike(const Graph& graph, const Backend& backend, const CompileOptions& options) {
  Executable plain = compile(graph, backend);
  Executable other = compile(graph, backend, options);
  return std::ranges::equal(runs_of(plain, graph, 3), runs_of(other, graph, 3), same_bits);
}

CompileOptions with_poison() {
  CompileOptions options;
  options.poison = true;
  return options;
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
  CHECK(std::isnan(poisoned<float>()));
  CHECK(std::isnan(poisoned<double>()));
  CHECK(poisoned<std::int32_t>() > 2'000'000'000);
  CHECK(poisoned<std::uint8_t>() > 1);
  std::vector<std::byte> rest(7, std::byte{0});
  poison(rest);
  CHECK(std::ranges::count(rest, std::byte{0}) == 0);
}

TEST_CASE("models give the same bits when what is dead is poisoned") {
  for (const auto& entry : small_models()) {
    const auto& [name, graph] = entry;
    CAPTURE(entry.first);
    CHECK(runs_alike(graph, onednn_backend(), with_poison()));
    CHECK(runs_alike(graph, reference_backend(), with_poison()));
  }
}

TEST_CASE("random graphs give the same bits when what is dead is poisoned") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const Graph graph = fuzz::random_graph(seed, {.nodes = 30, .differentiate = seed % 2 == 0, .updates = true});
    CHECK(runs_alike(graph, reference_backend(), with_poison()));
  }
}

TEST_CASE("poison finds a region that the plan gives up too early, which changes nothing otherwise") {
  CompileOptions wrong;
  wrong.on_memory_plan = plant_early_death;
  const Graph graph = kept_over_a_step();
  CHECK(runs_alike(graph, onednn_backend(), wrong));
  CHECK(runs_alike(graph, onednn_backend(), with_poison()));
  wrong.poison = true;
  CHECK_FALSE(runs_alike(graph, onednn_backend(), wrong));
}

TEST_CASE("poison finds it in every model") {
  CompileOptions wrong = with_poison();
  wrong.on_memory_plan = plant_early_death;
  for (const auto& entry : small_models()) {
    const auto& [name, graph] = entry;
    CAPTURE(entry.first);
    bool found = false;
    try {
      found = !runs_alike(graph, reference_backend(), wrong);
    } catch (const Error&) {  // an absurd id
      found = true;
    }
    CHECK(found);
  }
}

TEST_CASE("nothing is read before it is written, although the arena is shared") {
  // The other executable leaves its own values behind; poison takes their place before each run.
  const Graph graph = kept_over_a_step();
  CompileOptions options = with_poison();
  options.arena = std::make_shared<Arena>();
  Executable first = compile(graph, onednn_backend(), options);
  Executable second = compile(graph, onednn_backend(), options);
  const std::vector<TensorMap> before = runs_of(first, graph, 2);
  CHECK(std::ranges::equal(before, runs_of(second, graph, 2), same_bits));
  CHECK(std::ranges::equal(before, runs_of(first, graph, 2), same_bits));
}

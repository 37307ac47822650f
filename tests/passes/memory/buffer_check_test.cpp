#include "passes/memory/buffer_check.h"

#include <doctest/doctest.h>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "tests/graphs/small_models.h"

using namespace weft;
using namespace weft::test;

namespace {

CompileOptions checked(std::function<void(BufferPlan&)> mistake = {}) {
  CompileOptions options;
  options.check_memory_plan = true;
  options.on_memory_plan = std::move(mistake);
  return options;
}

/// The message of the InternalError that compiling with the check throws; "none" when it throws none.
std::string finding(const Graph& graph, std::function<void(BufferPlan&)> mistake) {
  try {
    compile(graph, reference_backend(), checked(std::move(mistake)));
  } catch (const InternalError& error) {
    return error.what();
  }
  return "none";
}

/// a = exp x, b = x x, y = a b.
Graph two_at_once() {
  Graph graph("two_at_once");
  const Value x = graph.input("x", DType::f32, {4, 4});
  const Value a = exp(x).named("a");
  const Value b = matmul(x, x).named("b");
  graph.output("y", matmul(a, b).named("y"));
  return graph;
}

/// Moves a value, wherever it is, to another place in the arena.
auto move_to(const Graph& graph, const char* name, std::size_t offset) {
  const ValueId value = graph.node(graph.find(name)).results[0];
  return [value, offset](BufferPlan& plan) { plan.locations[value.index].offset = offset; };
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the plans of models and of random graphs are proven, on both backends") {
  for (const auto& entry : small_models())
    for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
      const auto& [name, graph] = entry;
      CAPTURE(entry.first);
      CHECK_NOTHROW(compile(graph, *backend, checked()));
    }
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    const Graph graph = fuzz::random_graph(seed, {.nodes = 40, .differentiate = seed % 2 == 0, .updates = true});
    CHECK_NOTHROW(compile(graph, reference_backend(), checked()));
  }
}

TEST_CASE("two values that overlap are named, with who reads what was written over") {
  const Graph graph = two_at_once();
  std::size_t place_of_a = 0;
  CHECK(finding(graph, [&](BufferPlan& plan) {
          place_of_a = plan.locations[graph.node(graph.find("a")).results[0].index].offset;
        }) == "none");
  // Half of it: from the 33rd byte on.
  const std::string text = finding(graph, move_to(graph, "b", place_of_a + 32));
  CAPTURE(text);
  CHECK(has(text, "the memory plan is wrong: matmul 'y' (step 2) reads 'a' f32[4,4]"));
  CHECK(has(text, fmt::format("from byte {} on 'b' f32[4,4] (step 1) has been written there", place_of_a + 32)));
}

TEST_CASE("a product that is written over its own operand is found") {
  const Graph graph = two_at_once();
  std::size_t place_of_a = 0;
  finding(graph,
          [&](BufferPlan& plan) { place_of_a = plan.locations[graph.node(graph.find("a")).results[0].index].offset; });
  const std::string text = finding(graph, move_to(graph, "y", place_of_a));
  CAPTURE(text);
  CHECK(has(text, "matmul 'y' (step 2) writes 'y' f32[4,4]"));
  CHECK(has(text, "where its operand 'a' f32[4,4] is"));
}

TEST_CASE("a value outside the arena, and one that is read where it never was, are found") {
  const Graph graph = two_at_once();
  CHECK(has(finding(graph, move_to(graph, "b", 1 << 20)), "of the arena, which has"));
  Graph view("view");
  const Value x = view.input("x", DType::f32, {4, 4});
  view.output("y", exp(slice(tanh(x).named("whole"), 0, 1, 3).named("part")).named("y"));
  const std::string text = finding(view, move_to(view, "part", 0));  // it begins with the second row
  CAPTURE(text);
  CHECK(has(text, "exp 'y'"));
  CHECK(has(text, "reads 'part' f32[2,4] at bytes 0 to 32"));
}

TEST_CASE("a plan with two values in one place is found in every model") {
  for (const auto& entry : small_models()) {
    const auto& [name, graph] = entry;
    CAPTURE(entry.first);
    // The two largest regions that live at one time get one offset, in the values' locations as well.
    const auto mistake = [](BufferPlan& plan) {
      std::vector<Region> regions = plan.regions;
      std::erase_if(regions, [](const Region& region) { return !region.root; });
      std::ranges::stable_sort(regions, std::ranges::greater(), &Region::bytes);
      for (std::size_t a = 0; a < regions.size(); ++a)
        for (std::size_t b = a + 1; b < regions.size(); ++b) {
          if (regions[a].last <= regions[b].first || regions[b].last <= regions[a].first) continue;
          plan.locations[regions[b].root.index].offset = regions[a].offset;
          return;
        }
      FAIL("no two regions live at one time");
    };
    CHECK(has(finding(graph, mistake), "the memory plan is wrong"));
  }
}

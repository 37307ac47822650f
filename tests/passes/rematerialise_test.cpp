#include <doctest/doctest.h>

#include <map>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/poison.h"
#include "graph/base/error.h"
#include "ops/ops.h"
#include "passes/autodiff/autodiff.h"
#include "tests/graphs/small_models.h"

using namespace weft;
using namespace weft::test;

namespace {

CompileOptions with_budget(std::size_t bytes) {
  CompileOptions options;
  options.memory_budget = bytes;
  return options;
}

/// Poisoned, as what is computed again must not read what is dead.
Execution within(const Graph& graph, const Backend& backend, std::size_t budget) {
  Execution execution = compile(graph, backend, with_budget(budget));
  execution.attach(std::make_shared<Poison>(execution.program()));
  return execution;
}

/// The least budget, to a 64th of what the graph takes without one, that compiling keeps to.
std::size_t least_budget(const Graph& graph, const Backend& backend, std::size_t without) {
  std::size_t least = without;
  for (std::size_t budget = without; budget > 0; budget -= std::max<std::size_t>(without / 64, 1)) {
    try {
      compile(graph, backend, with_budget(budget));
    } catch (const Error&) {
      break;
    }
    least = budget;
  }
  return least;
}

/// Values that are cheap to compute from x and kept while products that need much are computed.
Graph keeps_cheap_values() {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {8, 32});
  std::vector<Value> kept;
  Value sum = x;
  for (int i = 0; i < 6; ++i) {
    kept.push_back(tanh(add(x, graph.constant(0.1 * i))));
    sum = add(sum, mul(kept.back(), kept.back()));
  }
  const Value large = tanh(matmul(transpose(sum, {1, 0}), sum));  // [32, 32]
  Value back = matmul(sum, large);
  for (const Value value : kept) back = tanh(mul(back, value));
  graph.output("y", back);
  return graph;
}

/// Blocks of a normalisation, two layers, with their training: the gradients need what the products read.
Graph residual_blocks() {
  constexpr std::int64_t rows = 1024, units = 256, wide = 256;
  Graph graph;
  std::vector<Value> parameters;
  const auto parameter = [&](const std::string& name, const Shape& shape) {
    parameters.push_back(graph.parameter(name, shape, Initializer::uniform(-0.1, 0.1)));
    return parameters.back();
  };
  Value x = graph.input("x", DType::f32, {rows, units});
  for (const char* block : {"a", "b", "c", "d"}) {
    const Graph::Scope scope = graph.scope(block);
    const Value normal = layer_norm(x, parameter("gain", {units}), parameter("offset", {units}));
    const Value hidden = gelu(matmul(normal, parameter("first", {units, wide})));
    x = x + matmul(hidden, parameter("second", {wide, units}));
  }
  const Value loss = reduce_mean(x * x);
  const std::vector<Value> gradients_of_loss = gradients(loss, parameters);
  for (std::size_t i = 0; i < parameters.size(); ++i)
    graph.update(parameters[i], parameters[i] - gradients_of_loss[i] * 0.1);
  graph.output("loss", loss);
  return graph;
}

}  // namespace

TEST_CASE("a budget is kept to by computing again, with the same bits, and what it cost is reported") {
  const Graph graph = keeps_cheap_values();
  Execution plain = compile(graph, reference_backend());
  const std::size_t without = plain.report().arena_bytes;
  const std::size_t budget = without * 8 / 10;
  Execution kept = within(graph, reference_backend(), budget);
  CHECK(kept.report().arena_bytes <= budget);
  const RematerialiseReport& cost = kept.report().rematerialised;
  CHECK(cost.nodes > 0);
  CHECK(cost.flops > 0);
  CHECK(cost.flops == kept.report().flops - plain.report().flops);
  CHECK(cost.bytes_saved == without - kept.report().arena_bytes);
  CHECK(std::ranges::equal(runs_of(plain, graph, 3), runs_of(kept, graph, 3), same_bits));
}

TEST_CASE("a budget that is large enough changes nothing") {
  const Graph graph = keeps_cheap_values();
  const Execution plain = compile(graph, reference_backend());
  const Execution same = compile(graph, reference_backend(), with_budget(plain.report().arena_bytes));
  CHECK(same.report().rematerialised.nodes == 0);
  CHECK(same.report().kernels == plain.report().kernels);
}

TEST_CASE("a budget that cannot be met is an error with both figures") {
  const Graph graph = keeps_cheap_values();
  CHECK_THROWS_WITH_AS(compile(graph, reference_backend(), with_budget(1000)),
                       doctest::Contains("the memory budget of 1000 bytes cannot be met"), Error);
  CHECK_THROWS_WITH_AS(compile(graph, reference_backend(), with_budget(0)), doctest::Contains("give at least that"),
                       Error);
}

TEST_CASE("models give the same bits within the least budget that they can be run in" * doctest::test_suite("slow")) {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()})
    for (const auto& entry : small_models()) {
      const auto& [name, graph] = entry;
      CAPTURE(entry.first);
      CAPTURE(backend->name());
      Execution plain = compile(graph, *backend);
      const std::size_t budget = least_budget(graph, *backend, plain.report().arena_bytes);
      Execution small = within(graph, *backend, budget);
      CHECK(small.report().arena_bytes <= budget);
      MESSAGE(backend->name(), " ", name, ": ", plain.report().arena_bytes, " to ", small.report().arena_bytes,
              " bytes, ", small.report().rematerialised.nodes, " nodes again");
      CHECK(std::ranges::equal(runs_of(plain, graph, 3), runs_of(small, graph, 3), same_bits));
    }
}

TEST_CASE("random graphs give the same bits within the least budget that they can be run in" *
          doctest::test_suite("slow")) {
  std::map<const Backend*, std::size_t> recomputed;
  for (const Backend* backend : {&reference_backend(), &onednn_backend()})
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      CAPTURE(backend->name());
      CAPTURE(seed);
      const Graph graph = fuzz::random_graph(
          seed, {.nodes = 30, .differentiate = seed % 2 == 0, .updates = true, .floats = DType::f32});
      Execution plain = compile(graph, *backend);
      const std::size_t budget = least_budget(graph, *backend, plain.report().arena_bytes);
      Execution small = within(graph, *backend, budget);
      recomputed[backend] += small.report().rematerialised.nodes;
      CHECK(std::ranges::equal(runs_of(plain, graph, 2), runs_of(small, graph, 2), same_bits));
    }
  for (const auto& [backend, nodes] : recomputed) CHECK(nodes > 0);
}

TEST_CASE("without a budget a training step takes less memory, and gives the same bits") {
  const Graph graph = residual_blocks();
  Execution kept = compile(graph, onednn_backend(), {.disabled_passes = {"rematerialise"}});
  Execution again = compile(graph, onednn_backend());
  again.attach(std::make_shared<Poison>(again.program()));
  CHECK(again.report().arena_bytes < kept.report().arena_bytes * 3 / 4);
  CHECK(again.report().flops < kept.report().flops * 1.02);
  CHECK(std::ranges::equal(runs_of(kept, graph, 3), runs_of(again, graph, 3), same_bits));
}

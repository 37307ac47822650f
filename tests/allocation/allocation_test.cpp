// Execution::run() allocates nothing after its first call, in no thread and no library but oneDNN and OpenMP.

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "models/nmt/network/model.h"
#include "ops/ops.h"
#include "tests/allocation/allocation_count.h"

using namespace weft;
using namespace weft::test;

namespace {

/// Copies, concats, swaps and updates of all kinds beside the kernels.
Graph graph_of_all_copies() {
  Graph graph("copies");
  const Value x = graph.input("x", DType::f32, {4, 3});
  const Value a = graph.state("a", x.type());
  const Value b = graph.state("b", x.type());
  const Value y = tanh(x + a);
  graph.output("joined", concat(std::vector{x, y, y}, 0));
  graph.output("columns", concat(std::vector{x, y}, 1));
  graph.output("old", a);
  graph.update(a, b);
  graph.update(b, x);
  graph.update(graph.state("c", x.type()), y);
  const Value d = graph.state("d", x.type());
  graph.update(d, d + 1.0);
  return graph;
}

Graph training_graph(nmt::Variant variant) {
  nmt::ModelConfig config;
  config.source_vocabulary = 30;
  config.target_vocabulary = 20;
  config.embedding = 16;
  config.units = 32;
  config.variant = variant;
  return nmt::training_graph(config, {}, {.rows = 8, .source_length = 5, .target_length = 4});
}

void fill(Execution& execution) {
  for (const NodeId id : execution.graph().leaves(leaf::input)) {
    const Node& node = execution.graph().node(id);
    execution.set(node.name, Tensor::full(execution.graph().type(node.results[0]), 1.0));
  }
}

/// Allocations of the runs after the first one.
std::size_t allocations_of_runs(const Graph& graph, const Backend& backend) {
  Execution execution = compile(graph, backend);
  fill(execution);
  execution.run();
  const std::size_t before = allocation_count();
  for (int i = 0; i < 3; ++i) execution.run();
  return allocation_count() - before;
}

}  // namespace

TEST_CASE("allocations are counted") {
  if (!counts_allocations()) return;
  const std::size_t before = allocation_count();
  const auto number = std::make_unique<int>(1);
  const auto numbers = std::make_unique<std::vector<double>>(100);
  CHECK(allocation_count() - before == 3);
  CHECK(*number + static_cast<int>(numbers->size()) == 101);
}

TEST_CASE("run() allocates nothing after its first call") {
  if (!counts_allocations()) {
    MESSAGE("allocations are not counted in this build");
    return;
  }
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    CAPTURE(backend->name());
    CHECK(allocations_of_runs(graph_of_all_copies(), *backend) == 0);
    CHECK(allocations_of_runs(training_graph(nmt::Variant::masked), *backend) == 0);
    CHECK(allocations_of_runs(training_graph(nmt::Variant::tutorial), *backend) == 0);
  }
}

// Which kernels run on several threads.

#include "backends/onednn/threads.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <iterator>
#include <thread>

#include "graph/cost.h"
#include "ops/optimisers.h"
#include "passes/autodiff/autodiff.h"
#include "tests/backends/onednn/test.h"

namespace weft {
namespace {

bool pays(const Value& value) {
  const Graph& graph = value.graph();
  const Node& node = graph.node(value.producer());
  const std::vector<TensorType> operands = types_of(graph, node.operands);
  const std::vector<TensorType> results = types_of(graph, node.results);
  const std::vector<Lifetime> lifetimes(operands.size(), Lifetime::run);
  return onednn::pays_on_threads(KernelSpec{node, operands, results, lifetimes});
}

/// A training step of a layer: products with packed weights, loops, an update.
Graph training_step(std::int64_t units) {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {32, units});
  const Value kernel = graph.parameter("kernel", {units, units}, Initializer::uniform(-0.1, 0.1));
  const Value loss = reduce_sum(square(tanh(matmul(tanh(matmul(x, kernel)), kernel))));
  Adam(graph).update({kernel}, gradients(loss, std::vector<Value>{kernel}), 0.001);
  graph.output("loss", loss);
  return graph;
}

std::ptrdiff_t threads_of_process() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), std::filesystem::directory_iterator());
}

/// How many threads some steps start: OpenMP keeps those that it has started, for each thread that starts some.
std::ptrdiff_t threads_started_by(const Graph& graph) {
  std::ptrdiff_t started = 0;
  std::thread([&] {
    onednn::set_thread_count(3);
    const std::ptrdiff_t before = threads_of_process();
    Execution execution(compile(graph, onednn_backend()));
    const TensorMap inputs = test::draw_all(execution.graph());
    for (int step = 0; step < 3; ++step) execution.run(inputs);
    started = threads_of_process() - before;
  }).join();
  return started;
}

}  // namespace

TEST_CASE("kernels that take longer than waking a thread run on several") {
  Graph graph;
  const auto input = [&](const Shape& shape) { return graph.input("x" + shape.to_string(), DType::f32, shape); };
  const Value small = input({32, 64});
  const Value large = input({512, 4096});
  CHECK_FALSE(pays(matmul(small, input({64, 64}))));
  CHECK(pays(matmul(large, input({4096, 64}))));
  CHECK(pays(matmul(input({1, 2048}), input({2048, 2048}))));  // few operations, and many bytes
  CHECK_FALSE(pays(tanh(small)));
  CHECK(pays(tanh(large)));
  CHECK_FALSE(pays(slice(large, 0, 0, 1)));  // by what is read, not by what is there
  CHECK_FALSE(pays(transpose(small, {1, 0})));
  CHECK(pays(transpose(large, {1, 0})));
}

TEST_CASE("a small step wakes no thread, a large one does") {
  CHECK(threads_started_by(training_step(64)) == 0);
#ifndef __clang__  // whose OpenMP keeps one pool for the process, which other tests have filled
  CHECK(threads_started_by(training_step(512)) == 2);
#endif
}

}  // namespace weft

// Executables that share nothing, or only variables that none of them updates, run at the same time on threads of their
// own. Under ThreadSanitizer (preset tsan) this says more than that the results are right.

#include <doctest/doctest.h>

#include <array>
#include <thread>

#include "backends/onednn/onednn_backend.h"
#include "ops/optimisers.h"
#include "passes/autodiff/autodiff.h"
#include "tests/backends/onednn/test.h"

namespace weft {
namespace {

constexpr std::int64_t units = 96;  // a product of them is worth a second thread of OpenMP

/// Two products, whose weights get packed, and a softmax.
Value network(Graph& graph, std::int64_t rows) {
  const Value x = graph.input("x", DType::f32, {rows, units});
  const auto weight = [&](std::string_view name, std::int64_t columns) {
    return graph.parameter(name, {units, columns}, Initializer::uniform(-0.3, 0.3));
  };
  const auto offset = [&](std::string_view name, std::int64_t columns) {
    return graph.parameter(name, {columns}, Initializer::uniform(-0.3, 0.3));
  };
  const Value hidden = tanh(dense(x, weight("first", units), offset("first_bias", units)));
  return softmax(dense(hidden, weight("second", units), offset("second_bias", units)));
}

Graph training_graph() {
  Graph graph("training");
  const Value y = network(graph, 33);
  const Value error = y - graph.input("target", DType::f32, y.shape());
  const Value loss = reduce_sum(error * error);
  std::vector<Value> parameters;
  for (const NodeId id : graph.leaves(leaf::parameter)) parameters.push_back(graph.value(graph.node(id).results[0]));
  Adam(graph).update(parameters, gradients(loss, parameters), 0.01);
  graph.output("loss", loss);
  return graph;
}

Graph inference_graph(std::int64_t rows) {
  Graph graph("inference");
  graph.output("y", network(graph, rows));
  return graph;
}

constexpr int steps = 10;

/// Binds a training step to variables of its own and trains: the losses.
std::vector<float> train(const Program& program, std::uint64_t seed) {
  Execution step(program, {.seed = seed});
  const TensorMap inputs = test::draw_all(program.graph());
  std::vector<float> losses;
  for (int i = 0; i < steps; ++i) losses.push_back(static_cast<float>(step.run(inputs).at("loss").number(0)));
  return losses;
}

/// Compiles it as well.
std::vector<float> train(std::uint64_t seed) { return train(compile(training_graph(), onednn_backend()), seed); }

}  // namespace

TEST_CASE("two executions with variables of their own compile and run at the same time") {
  std::array<std::vector<float>, 2> alone{train(1), train(2)};
  CHECK(alone[0] != alone[1]);
  std::array<std::vector<float>, 2> together;
  {
    std::array<std::jthread, 2> threads;
    for (std::size_t i = 0; i < 2; ++i)
      threads[i] = std::jthread([&result = together[i], i] { result = train(i + 1); });
  }
  CHECK(together == alone);
}

TEST_CASE("two executions of one program run at the same time") {
  const Program program = compile(training_graph(), onednn_backend());
  std::array<std::vector<float>, 2> alone{train(program, 1), train(program, 2)};
  CHECK(alone[0] != alone[1]);
  std::array<std::vector<float>, 2> together;
  {
    std::array<std::jthread, 2> threads;
    for (std::size_t i = 0; i < 2; ++i)
      threads[i] = std::jthread([&program, &result = together[i], i] { result = train(program, i + 1); });
  }
  CHECK(together == alone);
}

/// The columns of a constant, packed once for all executions of the program.
TEST_CASE("executions of one program share its packed constants on all threads") {
  Graph graph("constant");
  const Value x = graph.input("x", DType::f32, {33, units});
  graph.output("y", matmul(x, graph.constant(test::draw("weight", {units, units}))));
  const Program program = compile(graph, onednn_backend());
  const TensorMap inputs = test::draw_all(graph);
  std::array<Tensor, 4> results;
  {
    std::vector<std::jthread> threads;
    for (Tensor& result : results) threads.emplace_back([&] { result = Execution(program).run(inputs).at("y"); });
  }
  for (const Tensor& result : results) CHECK(result == Execution(program).run(inputs).at("y"));
}

TEST_CASE("executions that read the same variables run at the same time, also those of one program") {
  const CompileOptions in_bf16{.precision = Precision::bf16};
  CompileOptions in_int8;
  in_int8.extra_passes = {"int8-weights"};
  for (const CompileOptions& options : {CompileOptions(), in_bf16, in_int8}) {
    const ExecutionOptions shared{.variables = std::make_shared<Variables>()};
    std::vector<Execution> executions;
    std::vector<TensorMap> inputs;
    std::vector<Tensor> alone;
    for (const std::int64_t rows : {1, 33, 33}) {
      const Graph graph = inference_graph(rows);
      const Program program = compile(graph, onednn_backend(), options);
      executions.emplace_back(program, shared);
      inputs.push_back(test::draw_all(graph));
      alone.push_back(Execution(program, shared).run(inputs.back()).at("y"));
    }
    // The first runs are at the same time, too: that is when weights are packed.
    shared.variables->set("first", Tensor(shared.variables->get("first")));
    std::vector<Tensor> together(executions.size(), alone[0]);
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < executions.size(); ++i)
        threads.emplace_back([&, i] {
          for (int step = 0; step < steps; ++step) together[i] = executions[i].run(inputs[i]).at("y");
        });
    }
    CHECK(together == alone);
  }
}

}  // namespace weft

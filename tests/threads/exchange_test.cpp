// What processes, which are threads here, send each other while programs compute.

#include "backends/runtime/exchange.h"

#include <doctest/doctest.h>

#include <array>
#include <mutex>
#include <stdexcept>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/execution.h"
#include "ops/ops.h"
#include "tests/backends/runtime/thread_processes.h"

using namespace weft;

namespace {

std::span<std::byte> bytes_of(std::vector<float>& numbers) { return std::as_writable_bytes(std::span(numbers)); }

/// Appends the channel to what was done.
Exchange::Task noting(std::vector<int>& done, int channel) {
  return [&done, channel](const Communicator&, std::span<std::byte>, std::span<std::byte>) { done.push_back(channel); };
}

constexpr auto nothing = [](const Communicator&, std::span<std::byte>, std::span<std::byte>) {};

const std::vector<std::string>& names_of_steps(const Program& program, std::vector<std::string>& names) {
  for (const ProgramStep& step : program.steps())
    names.push_back(step.node ? std::string(step.op) + " " + program.graph().node(step.node).name
                              : std::string(step.op));
  return names;
}

std::size_t position(const std::vector<std::string>& names, std::string_view name) {
  const auto at = std::ranges::find(names, name);
  CHECK_MESSAGE(at != names.end(), name);
  return static_cast<std::size_t>(at - names.begin());
}

}  // namespace

TEST_CASE("sums go in the order of their channels, whatever order they are complete in") {
  for (const std::array<std::size_t, 3> order : {std::array<std::size_t, 3>{2, 0, 1}, {0, 1, 2}, {1, 2, 0}}) {
    Exchange exchange(single_process());
    std::vector<int> done;
    for (std::size_t channel = 0; channel < 3; ++channel)
      exchange.define_sum(channel, noting(done, static_cast<int>(channel)), 0);
    for (int update = 0; update < 2; ++update) {
      done.clear();
      for (const std::size_t channel : order) exchange.start_sum(channel, {});
      for (const std::size_t channel : order) exchange.start_sum(channel, {});  // by the update as well
      for (const std::size_t channel : {1, 0, 2}) exchange.await_sum(static_cast<std::size_t>(channel));
      CHECK(done == std::vector<int>{0, 1, 2});
    }
  }
}

TEST_CASE("sums that are not complete are held") {
  Exchange exchange(single_process());
  std::vector<int> done;
  exchange.define_sum(0, noting(done, 0), 0);
  exchange.hold_sums(true);
  exchange.start_sum(0, {});
  exchange.finish();
  CHECK(done.empty());
  exchange.hold_sums(false);
  exchange.start_sum(0, {});
  exchange.await_sum(0);
  CHECK(done == std::vector<int>{0});
}

TEST_CASE("a parameter is waited for when it was started, and what a task throws is thrown on") {
  Exchange exchange(single_process());
  std::vector<int> done;
  exchange.define_parameter(1, noting(done, 1), 0);
  exchange.await_parameter(1);
  CHECK(done.empty());
  exchange.start_parameter(1, {});
  exchange.await_parameter(1);
  CHECK(done == std::vector<int>{1});
  exchange.define_parameter(
      0, [](const Communicator&, auto, auto) { throw std::runtime_error("the network is down"); }, 0);
  exchange.start_parameter(0, {});
  CHECK_THROWS_WITH(exchange.await_parameter(0), "the network is down");
  CHECK_THROWS_WITH(exchange.finish(), "the network is down");
}

TEST_CASE("processes exchange in the background, in scratch memory that all tasks share") {
  std::mutex mutex;
  test::ThreadProcesses(3).run([&](const std::shared_ptr<const Communicator>& communicator) {
    Exchange exchange(*communicator);
    const auto gather = [](const Communicator& among, std::span<std::byte> memory, std::span<std::byte> scratch) {
      std::ranges::fill(scratch, std::byte{1});
      among.all_gather(memory);
    };
    exchange.define_parameter(0, gather, 12);
    exchange.define_parameter(1, gather, 24);
    const auto rank = static_cast<std::size_t>(communicator->rank());
    std::vector<float> first(3);
    std::vector<float> second(6);
    first[rank] = static_cast<float>(rank + 1);
    second[2 * rank + 1] = static_cast<float>(10 * rank + 10);
    exchange.start_parameter(0, bytes_of(first));
    exchange.start_parameter(1, bytes_of(second));
    // Other exchanges of the same processes may be made meanwhile.
    const bool any = any_process(*communicator, rank == 2);
    exchange.await_parameter(1);
    exchange.await_parameter(0);
    const std::lock_guard lock(mutex);
    CHECK(any);
    CHECK(first == std::vector<float>{1, 2, 3});
    CHECK(second == std::vector<float>{0, 10, 0, 20, 0, 30});
  });
}

TEST_CASE("a program starts a sum behind what completes it, and waits for a parameter before what reads it") {
  Graph graph("batch");
  const Value x = graph.input("x", DType::f32, {3, 4});
  const Value early = graph.parameter("early", {4, 4}, Initializer::zeros());
  const Value late = graph.parameter("late", {4, 4}, Initializer::zeros());
  const Value hidden = matmul(x, early);
  const Value other = graph.parameter("other", {4}, Initializer::zeros());
  graph.output("y", matmul(tanh(hidden), reshape(late, {4, 4})) + broadcast(other, {3, 4}));
  const Value small = graph.state("small", {DType::f32, {4, 4}});
  const Value large = graph.state("large", {DType::f32, {4, 4}});
  const Value read = graph.state("read", {DType::f32, {4, 4}});
  graph.update(small, accumulate(small, matmul(x, x, true, false)));
  graph.update(large, accumulate(large, matmul(hidden, x, true, false)));
  const Value next = accumulate(read, matmul(hidden, hidden, true, false));
  graph.output("last", read);  // so that it cannot be written over
  graph.update(read, next);

  const auto exchange = std::make_shared<Exchange>(single_process());
  for (std::size_t channel = 0; channel < 3; ++channel) {
    exchange->define_sum(channel, nothing, 0);
    exchange->define_parameter(channel, nothing, 0);
  }
  const CompileOptions options{.disabled_passes = {"fuse-elementwise"},
                               .exchange = exchange,
                               .exchanged = {{"large", "read", "small"}, {"late", "", "early"}}};
  Execution execution(compile(graph, onednn_backend(), options));
  std::vector<std::string> names;
  names_of_steps(execution.program(), names);
  CAPTURE(names);
  const std::span<const ProgramStep> steps = execution.program().steps();
  std::vector<std::size_t> started;
  std::vector<std::size_t> awaited;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const ProgramStep& step = steps[i];
    if (step.kind == ProgramStep::Kind::start) {
      started.push_back(step.index);
      if (step.node) CHECK(names[i - 1] == "accumulate " + execution.graph().node(step.node).name);
    }
    if (step.kind == ProgramStep::Kind::await) {
      awaited.push_back(step.index);
      CHECK(steps[i + 1].node == step.node);
      CHECK(steps[i + 1].kind == ProgramStep::Kind::kernel);
    }
  }
  CHECK(awaited == std::vector<std::size_t>{2, 0});     // "early", "late"; each once
  CHECK(started == std::vector<std::size_t>{0, 2, 1});  // what is copied at the end comes last
  CHECK(steps.back().kind == ProgramStep::Kind::start);
  CHECK(position(names, "reduce_scatter_start accumulate_1") < position(names, "matmul matmul_1"));
  execution.run({{"x", Tensor(TensorType{DType::f32, {3, 4}})}});
  for (std::size_t channel = 0; channel < 3; ++channel) exchange->await_sum(channel);

  // Without an exchange it is the program that it was.
  const Program alone = compile(graph, onednn_backend(), {});
  for (const ProgramStep& step : alone.steps())
    CHECK((step.kind != ProgramStep::Kind::start && step.kind != ProgramStep::Kind::await));
}

// What processes do together, with threads in their place: sums in an order of their own, and what is refused.

#include "backends/runtime/communicator.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <mutex>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/execution.h"
#include "graph/base/bfloat16.h"
#include "graph/base/error.h"
#include "graph/base/random.h"
#include "ops/ops.h"
#include "tests/backends/runtime/thread_processes.h"
#include "tests/tree_sum.h"

using namespace weft;

namespace {

/// Numbers of such different sizes that every order of adding them gives another sum.
float uneven(int rank, std::uint64_t i) {
  const CounterRandom random(static_cast<std::uint64_t>(rank), "uneven");
  return static_cast<float>(std::ldexp(random.unit(2 * i) - 0.5, static_cast<int>(random.unit(2 * i + 1) * 12)));
}

const std::vector<std::int64_t> volumes{1, 1000, (1 << 20) - 3, (2 << 20) + 5, 17};

Graph summing() {
  Graph graph("summing");
  std::vector<Value> values;
  for (std::size_t i = 0; i < volumes.size(); ++i)
    values.push_back(graph.input(fmt::format("x{}", i), DType::f32, {volumes[i]}));
  const std::vector<Value> sums = all_reduce(values);
  for (std::size_t i = 0; i < sums.size(); ++i) graph.output(fmt::format("y{}", i), sums[i]);
  return graph;
}

}  // namespace

TEST_CASE("all_reduce adds in a binary tree over the processes, and all have the same sums") {
  for (const int size : {1, 2, 3, 4, 5, 8}) {
    CAPTURE(size);
    std::mutex one_at_a_time;
    test::ThreadProcesses(size).run([&](const std::shared_ptr<const Communicator>& communicator) {
      const auto backend = onednn_backend({.threads = 1, .communicator = communicator});
      Execution execution(compile(summing(), *backend));
      for (std::size_t v = 0; v < volumes.size(); ++v) {
        const std::span<float> x = execution.input(fmt::format("x{}", v)).as<float>();
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = uneven(communicator->rank(), i);
      }
      execution.run();
      const std::lock_guard lock(one_at_a_time);
      for (std::size_t v = 0; v < volumes.size(); ++v) {
        const std::span<const float> y = execution.output(fmt::format("y{}", v)).as<float>();
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < y.size(); i += i < 2000 || i + 40 > y.size() ? 1 : 17) {
          std::vector<float> numbers;
          for (int rank = 0; rank < size; ++rank) numbers.push_back(uneven(rank, i));
          if (y[i] != test::tree_sum_of(numbers)) ++wrong;
        }
        CHECK(wrong == 0);
      }
    });
  }
}

namespace {

constexpr std::int64_t norm_chunk = 65536;

Tensor uneven_values(int rank, std::int64_t count) {
  Tensor tensor(TensorType{DType::f32, {count}});
  for (std::uint64_t i = 0; float& element : tensor.as<float>()) element = uneven(rank, i++);
  return tensor;
}

/// A value, and one that all processes have alike, through shards; the norm of both.
Graph sharding(int processes, std::int64_t elements, std::int64_t whole) {
  const Sharding among{.processes = processes, .step = norm_chunk};
  Graph graph("sharding");
  const Value x = graph.input("x", DType::f32, {elements});
  const Value alike = graph.input("alike", DType::f32, {whole});
  const Value sum = reduce_scatter(x, among);
  graph.output("all_reduced", all_reduce(Values{x})[0]);
  graph.output("gathered", all_gather(sum, {elements}, among));
  graph.output("norm", global_norm(Values{all_reduce(Values{x})[0], alike}));
  graph.output("norm_of_shards",
               global_norm_of_shards(Values{sum, alike}, std::vector<std::int64_t>{elements, 0}, among));
  graph.output("alike", all_gather(shard(alike, among), {whole}, among));
  return graph;
}

}  // namespace

TEST_CASE("what is scattered and gathered is all_reduced, and the norm of shards is that of the whole, to the bit") {
  for (const int size : {1, 2, 3, 4})
    for (const std::int64_t elements : {std::int64_t{5}, norm_chunk, 3 * norm_chunk - 1, 4 * norm_chunk + 7}) {
      CAPTURE(size);
      CAPTURE(elements);
      std::mutex one_at_a_time;
      test::ThreadProcesses(size).run([&](const std::shared_ptr<const Communicator>& communicator) {
        const auto backend = onednn_backend({.threads = 1, .communicator = communicator});
        const std::int64_t whole = elements / 2 + 1;
        Execution execution(compile(sharding(size, elements, whole), *backend));
        const Tensor alike = uneven_values(9, whole);
        const TensorMap outputs =
            execution.run({{"x", uneven_values(communicator->rank(), elements)}, {"alike", alike}});
        const std::lock_guard lock(one_at_a_time);
        CHECK(outputs.at("gathered") == outputs.at("all_reduced"));
        CHECK(outputs.at("alike") == alike);
        CHECK(outputs.at("norm_of_shards") == outputs.at("norm"));
        CHECK(outputs.at("norm").number(0) > 0.0);
      });
    }
}

TEST_CASE("what is sent in bf16 is rounded to it, and added in f32") {
  constexpr std::int64_t elements = 3000;
  for (const int size : {1, 2, 3}) {
    CAPTURE(size);
    std::mutex one_at_a_time;
    test::ThreadProcesses(size).run([&](const std::shared_ptr<const Communicator>& communicator) {
      const Sharding among{.processes = size, .step = 16};
      Graph graph;
      const Value x = graph.input("x", DType::f32, {elements});
      graph.output("sum", all_gather(reduce_scatter(x, among, true), {elements}, among));
      Execution execution(compile(graph, *onednn_backend({.threads = 1, .communicator = communicator})));
      const Tensor sum = execution.run({{"x", uneven_values(communicator->rank(), elements)}}).at("sum");
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < elements; ++i) {
        std::vector<float> terms;
        for (int rank = 0; rank < size; ++rank)
          terms.push_back(size == 1 ? uneven(rank, i) : static_cast<float>(BFloat16(uneven(rank, i))));
        if (sum.as<float>()[i] != test::tree_sum_of(terms)) ++wrong;
      }
      const std::lock_guard lock(one_at_a_time);
      CHECK(wrong == 0);
    });
  }
}

TEST_CASE("shards among other processes than there are, or within a norm's chunks, are refused") {
  const auto refusal = [](int size, const Sharding& among) {
    std::string message;
    test::ThreadProcesses(size).run([&](const std::shared_ptr<const Communicator>& communicator) {
      Graph graph;
      const Value x = graph.input("x", DType::f32, {among.shard(7)});
      graph.output("norm", global_norm_of_shards(Values{x}, std::vector<std::int64_t>{7}, among));
      try {
        compile(graph, *onednn_backend({.communicator = communicator}));
      } catch (const Error& error) {
        if (communicator->is_first()) message = error.what();
      }
    });
    return message;
  };
  CHECK(refusal(2, {.processes = 3, .step = 4}).find("it is for 3 processes, 2 run the graph") != std::string::npos);
  CHECK(refusal(2, {.processes = 2, .step = 4}).find("chunks of 65536 elements: a step of 4") != std::string::npos);
}

TEST_CASE("what is not the same in all processes is told with both sides and the hosts, in all of them") {
  for (const int odd : {1, 2}) {
    std::vector<std::string> messages(3);
    test::ThreadProcesses(3).run([&](const std::shared_ptr<const Communicator>& communicator) {
      std::vector<std::string> lines{"batch 64", "units 256", "seed 1"};
      require_same_lines(*communicator, "the settings", lines);
      if (communicator->rank() >= odd) lines[1] = "units 512";
      try {
        require_same_lines(*communicator, "the settings", lines);
      } catch (const Error& error) {
        messages[static_cast<std::size_t>(communicator->rank())] = error.what();
      }
    });
    for (const std::string& message : messages)
      CHECK(message ==
            fmt::format("the settings of process {0} on host{0} are not those of process 0 on host0: units 512 there, "
                        "units 256 here; start all of them alike",
                        odd));
  }
}

TEST_CASE("a line that only one process has is told as well") {
  std::string message;
  test::ThreadProcesses(2).run([&](const std::shared_ptr<const Communicator>& communicator) {
    std::vector<std::string> lines{"a"};
    if (communicator->rank() == 1) lines.emplace_back("b");
    try {
      require_same_lines(*communicator, "the options", lines);
    } catch (const Error& error) {
      if (communicator->rank() == 0) message = error.what();
    }
  });
  CHECK(message.find("b there,  here") != std::string::npos);
}

TEST_CASE("what any process says, all hear") {
  test::ThreadProcesses(3).run([](const std::shared_ptr<const Communicator>& communicator) {
    const bool stops = any_process(*communicator, communicator->rank() == 2);
    const bool goes_on = any_process(*communicator, false);
    const std::vector<double> numbers = numbers_of_all(*communicator, std::vector<double>(2, communicator->rank()));
    const std::string text =
        text_of_first(*communicator, std::string(static_cast<std::size_t>(5 * communicator->rank() + 1), 'x'));
    require(stops && !goes_on && text == "x" && numbers == std::vector<double>{0, 0, 1, 1, 2, 2}, "wrong");
  });
  CHECK(any_process(single_process(), true));
  CHECK_FALSE(any_process(single_process(), false));
  CHECK(numbers_of_all(single_process(), std::vector<double>{3, 4}) == std::vector<double>{3, 4});
}

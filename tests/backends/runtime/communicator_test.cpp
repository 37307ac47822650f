// What processes do together, with threads in their place: sums in an order of their own, and what is refused.

#include "backends/runtime/communicator.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <mutex>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/execution.h"
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

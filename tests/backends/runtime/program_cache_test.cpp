#include "backends/runtime/program_cache.h"

#include <doctest/doctest.h>
#include <malloc.h>

#include <memory>
#include <optional>
#include <vector>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/program_bytes.h"
#include "ops/ops.h"

using namespace weft;

namespace {

/// y = x + x + ..., so many nodes.
Execution sums(std::int64_t nodes) {
  Graph graph("sums");
  const Value x = graph.input("x", DType::f32, {4});
  Value y = x;
  for (std::int64_t i = 0; i < nodes; ++i) y = y + x;
  graph.output("y", y);
  return compile(graph, onednn_backend());
}

double run(Execution& program) {
  program.set("x", Tensor::of<float>({4}, {1, 2, 3, 4}));
  program.run();
  return program.get("y").number(1);
}

constexpr std::int64_t node_total = 50;

std::size_t bytes_of_one() {
  static const std::size_t bytes = program_bytes(sums(node_total));
  return bytes;
}

}  // namespace

TEST_CASE("the programs that were not asked for longest make room") {
  const auto cache = std::make_shared<ProgramCache>(3 * bytes_of_one() + bytes_of_one() / 2);
  ProgramsByShape programs(cache);
  int compiled = 0;
  const auto find = [&](std::int64_t shape) {
    return programs.find({shape}, [&] {
      ++compiled;
      return sums(node_total);
    });
  };
  for (const std::int64_t shape : {1, 2, 3, 1}) find(shape);
  CHECK(compiled == 3);
  CHECK(cache->memory().programs == 3);
  CHECK(cache->memory().evicted == 0);
  find(4);  // 2 goes
  CHECK(cache->memory().programs == 3);
  CHECK(cache->memory().evicted == 1);
  CHECK(cache->memory().bytes <= cache->memory().budget);
  compiled = 0;
  for (const std::int64_t shape : {1, 3, 4}) find(shape);
  CHECK(compiled == 0);
  find(2);
  CHECK(compiled == 1);
}

TEST_CASE("a program that is held outlives its place in the cache, and keeps its address") {
  ProgramsByShape programs(std::make_shared<ProgramCache>(1));
  const std::shared_ptr<Execution> held = programs.find({1}, [] { return sums(node_total); });
  for (std::int64_t shape = 2; shape < 40; ++shape) CHECK(programs.find({shape}, [] { return sums(3); }) != held);
  CHECK(run(*held) == 2.0 * (node_total + 1));
  const std::shared_ptr<Execution> again = programs.find({1}, [] { return sums(node_total); });
  CHECK(again != held);
  CHECK(run(*again) == run(*held));
}

TEST_CASE("a program larger than the budget runs, alone in the cache") {
  const auto cache = std::make_shared<ProgramCache>(1);
  ProgramsByShape programs(cache);
  for (std::int64_t shape = 1; shape < 4; ++shape)
    CHECK(run(*programs.find({shape}, [&] { return sums(shape); })) == 2.0 * static_cast<double>(shape + 1));
  CHECK(cache->memory().programs == 1);
  CHECK(cache->memory().evicted == 2);
}

TEST_CASE("owners share a budget, but no programs, and take theirs with them") {
  const auto cache = std::make_shared<ProgramCache>();
  ProgramsByShape first(cache);
  std::optional<ProgramsByShape> second(std::in_place, cache);
  CHECK(run(*first.find({1}, [] { return sums(1); })) == 4.0);
  CHECK(run(*second->find({1}, [] { return sums(2); })) == 6.0);
  CHECK(cache->memory().programs == 2);
  second.reset();
  CHECK(cache->memory().programs == 1);
  CHECK(run(*first.find({1}, [] { return sums(7); })) == 4.0);
  CHECK(cache->memory().bytes == program_bytes(*first.find({1}, [] { return sums(7); })));
}

TEST_CASE("what was timed is not lost when its program makes room") {
  ProgramsByShape programs(std::make_shared<ProgramCache>(1));
  run(*programs.find({1}, [] { return sums(3); }));
  programs.profile_runs(true);
  for (int round = 0; round < 2; ++round)
    for (std::int64_t shape = 1; shape < 4; ++shape) run(*programs.find({shape}, [] { return sums(3); }));
  std::uint64_t calls = 0;
  programs.visit_profiles([&](const Profiler& profiler) {
    for (const StepProfile& profile : profiler.steps()) calls += profile.step.op == "fusion" ? profile.calls : 0;
  });
  CHECK(calls == 2 * 3);
  programs.profile_runs(false);
  programs.visit_profiles([](const Profiler&) { FAIL("it is kept"); });
}

#if defined(__SANITIZE_ADDRESS__)
#define WEFT_OWN_HEAP 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEFT_OWN_HEAP 1
#endif
#endif

#ifndef WEFT_OWN_HEAP
TEST_CASE("the bytes of a program are near what it takes of the heap") {
  const auto heap = [] {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  const auto arena = std::make_shared<Arena>();
  arena->reserve(std::size_t{1} << 20);
  for (const std::int64_t steps : {20, 200}) {
    CAPTURE(steps);
    const auto make = [&] {
      Graph graph("steps");
      const Value x = graph.input("x", DType::f32, {2, 16});
      const Value w = graph.parameter("w", {16, 16}, Initializer::glorot_uniform());
      Value h = x;
      for (std::int64_t i = 0; i < steps; ++i) {
        const Graph::Scope scope = graph.scope("decoder/step" + std::to_string(i));
        h = tanh(matmul(h, w) + x).named("a_state_of_some_name");
      }
      graph.output("h", h);
      return Execution(compile(graph, onednn_backend()), {.arena = arena});
    };
    make().run({{"x", Tensor({DType::f32, {2, 16}})}});  // what is made once
    std::vector<Execution> programs;
    programs.reserve(20);
    const std::size_t before = heap();
    while (programs.size() < 20) programs.push_back(make());
    const double taken = static_cast<double>(heap() - before) / 20.0;
    const double told = static_cast<double>(program_bytes(programs.front()));
    CAPTURE(taken);
    CAPTURE(told);
    CHECK(told > 0.6 * taken);
    CHECK(told < 1.6 * taken);
  }
}
#endif

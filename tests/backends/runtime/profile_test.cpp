#include "backends/runtime/profile.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "ops/ops.h"

using namespace weft;

namespace {

/// A product, copies into the outputs, and an update by copy, as its variable is read to the end.
Graph counted_product() {
  Graph graph("counted_product");
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value kernel = graph.parameter("kernel", {3, 4}, Initializer::zeros());
  const Value old = graph.state("old", {DType::f32, {3, 4}});
  graph.output("y", matmul(x, kernel));
  graph.output("old", old);
  graph.update(old, kernel * 2.0);
  return graph;
}

}  // namespace

TEST_CASE("a profile counts the runs while it is on, with each kernel's cost") {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    Execution execution = compile(counted_product(), *backend);
    execution.set("x", Tensor({DType::f32, {2, 3}}));
    CHECK(profiler_of(execution) == nullptr);
    execution.run();
    const std::shared_ptr<const Profiler> profiler = profile_runs(execution);
    CHECK(profiler_of(execution) == profiler.get());
    execution.run();
    execution.run();

    const auto profile_of = [&](std::string_view op) -> const StepProfile& {
      const auto at =
          std::ranges::find(profiler->steps(), op, [](const StepProfile& profile) { return profile.step.op; });
      REQUIRE(at != profiler->steps().end());
      return *at;
    };
    const StepProfile& product = profile_of("matmul");
    CHECK(product.calls == 2);
    CHECK(product.step.flops == 2.0 * 2 * 3 * 4);
    CHECK(product.step.bytes == 4.0 * (2 * 3 + 3 * 4 + 2 * 4));
    CHECK(product.seconds >= product.last_seconds);
    CHECK(product.last_seconds > 0);
    CHECK(profile_of("output").step.bytes == 2 * 4.0 * (2 * 4 + 3 * 4));
    const StepProfile& update = profile_of("update");
    CHECK(update.step.bytes == 2 * 4.0 * (3 * 4));
    CHECK(update.last_start >= product.last_start + product.last_seconds);

    execution.detach(*profiler);
    CHECK(profiler_of(execution) == nullptr);
    execution.run();
    CHECK(product.calls == 2);
  }
}

TEST_CASE("profiles add up by kind, the longest first") {
  const auto step = [](std::string_view op, std::string_view implementation, double flops, double bytes) {
    return ProgramStep{.op = op, .implementation = implementation, .flops = flops, .bytes = bytes};
  };
  const StepProfile steps[] = {{.step = step("add", "loop", 1, 2), .calls = 1, .seconds = 1},
                               {.step = step("dense", "sgemm", 10, 3), .calls = 2, .seconds = 2},
                               {.step = step("dense", "sgemm", 20, 4), .calls = 1, .seconds = 3},
                               {.step = step("mul", "loop", 0, 0)}};
  ProfileByKind by_kind;
  by_kind.add(std::span(steps).first(2));
  by_kind.add(std::span(steps).subspan(2));
  const std::vector<KindProfile> sorted = by_kind.sorted();
  REQUIRE(sorted.size() == 2);  // what never ran is left out
  CHECK(sorted[0].kind == "dense (sgemm)");
  CHECK(sorted[0].calls == 3);
  CHECK(sorted[0].seconds == 5);
  CHECK(sorted[0].flops == 40);
  CHECK(sorted[0].bytes == 10);
  CHECK(sorted[1].kind == "add (loop)");
}

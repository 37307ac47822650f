#include "backends/runtime/profile.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/executable.h"
#include "ops/ops.h"

using namespace weft;

namespace {

/// A product, a copy into the output, and an update by copy.
Graph counted_product() {
  Graph graph("counted_product");
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value kernel = graph.parameter("kernel", {3, 4}, Initializer::zeros());
  const Value old = graph.state("old", {DType::f32, {3, 4}});
  graph.output("y", matmul(x, kernel));
  graph.update(old, kernel * 2.0);
  return graph;
}

}  // namespace

TEST_CASE("a profile counts the runs while it is on, with each kernel's cost") {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    Executable executable = compile(counted_product(), *backend);
    CHECK(executable.profile().empty());
    executable.run();
    executable.profile_runs(true);
    executable.run();
    executable.run();

    const std::span<const KernelProfile> profile = executable.profile();
    const auto product = std::ranges::find(profile, "matmul", &KernelProfile::op);
    REQUIRE(product != profile.end());
    CHECK(product->calls == 2);
    CHECK(product->flops == 2.0 * 2 * 3 * 4);
    CHECK(product->bytes == 4.0 * (2 * 3 + 3 * 4 + 2 * 4));
    CHECK(product->seconds >= product->last_seconds);
    CHECK(product->last_seconds > 0);
    CHECK(std::ranges::find(profile, "output", &KernelProfile::op)->bytes == 2 * 4.0 * (2 * 4));
    const auto update = std::ranges::find(profile, "update", &KernelProfile::op);
    CHECK(update->bytes == 2 * 4.0 * (3 * 4));
    CHECK(update->last_start >= product->last_start + product->last_seconds);

    executable.profile_runs(false);
    CHECK(executable.profile().empty());
    executable.run();
  }
}

TEST_CASE("profiles add up by kind, the longest first") {
  const KernelProfile kernels[] = {{.op = "add", .kind = "loop", .flops = 1, .bytes = 2, .calls = 1, .seconds = 1},
                                   {.op = "dense", .kind = "sgemm", .flops = 10, .bytes = 3, .calls = 2, .seconds = 2},
                                   {.op = "dense", .kind = "sgemm", .flops = 20, .bytes = 4, .calls = 1, .seconds = 3},
                                   {.op = "mul", .kind = "loop"}};
  ProfileByKind by_kind;
  by_kind.add(std::span(kernels).first(2));
  by_kind.add(std::span(kernels).subspan(2));
  const std::vector<KindProfile> sorted = by_kind.sorted();
  REQUIRE(sorted.size() == 2);  // what never ran is left out
  CHECK(sorted[0].kind == "dense (sgemm)");
  CHECK(sorted[0].calls == 3);
  CHECK(sorted[0].seconds == 5);
  CHECK(sorted[0].flops == 40);
  CHECK(sorted[0].bytes == 10);
  CHECK(sorted[1].kind == "add (loop)");
}

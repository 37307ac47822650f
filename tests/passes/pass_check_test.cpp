// Every pass computes what it was given: on random graphs, and on the golden cases of all passes. (`weft check-passes
// --all`, which CTest runs as check_passes, does the same for every op and for the translator.)

#include "backends/check/pass_check.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/pass_context.h"
#include "graph/base/file.h"
#include "graph/io/text.h"
#include "ops/ops.h"
#include "passes/float_type.h"
#include "passes/pipeline.h"
#include "tests/fuzz/random_graph.h"

using namespace weft;
namespace fs = std::filesystem;

namespace {

/// The names of the passes that acted.
using Acted = std::map<std::string_view, int>;

void check(Graph& graph, const std::vector<const Pass*>& passes, PassCheck& check, Acted& acted) {
  const PassObserver count{.before = {}, .after = [&](const Pass& pass, const Graph&, bool changed, double) {
                             acted[pass.name] += changed ? 1 : 0;
                           }};
  PassContext context = pass_context(reference_backend());
  context.runs_whole = pass_context(onednn_backend()).runs_whole;  // fusions, too
  context.prefers_channels_last = true;
  context.processes = 2;  // for data-parallel
  CHECK_NOTHROW(run_passes(graph, passes, context, check.observer(count)));
}

/// What shard-updates makes, one process cannot run (tests/models/training/processes_test.cpp).
const std::vector<std::string> without_shards{"shard-updates"};

/// The pipeline, and each pass alone.
void check_all(const Graph& given, const PassCheckOptions& options, Acted& acted) {
  const PassCheck fresh(given, reference_backend(), options);
  for (const Pass* pass : all_passes()) {
    if (pass == &pass::shard_updates) continue;
    CAPTURE(pass->name);
    Graph graph = given.clone();
    PassCheck of_pass = fresh;
    check(graph, {pass}, of_pass, acted);
  }
  Graph graph = given.clone();
  PassCheck of_pipeline = fresh;
  check(graph, compile_pipeline(without_shards), of_pipeline, acted);
}

}  // namespace

TEST_CASE("the check finds nothing wrong with any pass on random graphs" * doctest::test_suite("slow")) {
  Acted acted;
  for (std::uint64_t seed = 101; seed <= 200; ++seed) {
    CAPTURE(seed);
    check_all(fuzz::random_graph(seed), {.seed = seed, .tolerance = PassCheckOptions::strict_tolerance}, acted);
    // The fast loops are f32; not a bit may change.
    Graph graph = fuzz::random_graph(seed, {.floats = DType::f32});
    PassCheck of_fusions(graph, reference_backend(), {.seed = seed, .tolerance = 0.0});
    check(graph, {&pass::fuse_elementwise}, of_fusions, acted);
  }
  for (const Pass* pass : compile_pipeline(without_shards)) {
    CAPTURE(pass->name);
    CHECK(acted[pass->name] >= 5);
  }
}

TEST_CASE("the check finds nothing wrong with any pass on the golden cases of all") {
  Acted acted;
  int graphs = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(fs::path(WEFT_TEST_DIR) / "passes")) {
    if (entry.path().extension() != ".ir") continue;
    if (entry.path().filename() == "signed_zeros.ir") continue;  // gives infinity - infinity alone
    CAPTURE(entry.path().string());
    const std::string text = read_file(entry.path());
    const Graph graph = parse_text(text.substr(0, text.find("\n----") + 1), all_ops());
    // As written, which is what the passes match, and in f64, where there is no rounding to hide behind.
    check_all(graph, {}, acted);
    check_all(with_float_type(graph, DType::f64), {.tolerance = PassCheckOptions::strict_tolerance}, acted);
    ++graphs;
  }
  CHECK(graphs > 100);
  for (const Pass* pass : compile_pipeline(without_shards)) {
    CAPTURE(pass->name);
    CHECK(acted[pass->name] > 0);
  }
}

#include "tools/inspect/profile_report.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/execution.h"
#include "graph/base/json_parse.h"
#include "ops/ops.h"
#include "tools/inspect/roofline_picture.h"
#include "tools/inspect/trace.h"

using namespace weft;
using namespace weft::inspect;

namespace {

/// Two products in a scope and something pointwise.
Graph two_products() {
  Graph graph("two_products");
  const Value x = graph.input("x", DType::f32, {8, 16});
  const Graph::Scope scope = graph.scope("layer");
  const Value hidden = matmul(x, graph.parameter("first", {16, 32}, Initializer::ones())).named("hidden");
  graph.output("y", tanh(matmul(hidden, graph.parameter("second", {32, 4}, Initializer::ones())).named("narrow")));
  return graph;
}

std::shared_ptr<const Profiler> profiled(int runs, Trace& trace) {
  Execution execution = compile(two_products(), onednn_backend());
  execution.set("x", Tensor::full({DType::f32, {8, 16}}, 0.5));
  std::shared_ptr<const Profiler> profiler = profile_runs(execution);
  for (int run = 0; run < runs; ++run) {
    execution.run();
    trace.add_last_run(*profiler, fmt::format("run {}", run + 1));
  }
  return profiler;
}

}  // namespace

TEST_CASE("a report has every node and every kind, with the work that they did") {
  Trace trace;
  const std::shared_ptr<const Profiler> profiler = profiled(3, trace);
  ProfileReport report;
  report.add(*profiler);
  report.set_runs(3, 1.0);
  const auto json = parse_json(report.to_json({.gflop_per_second = 100, .gigabytes_per_second = 10}));
  CHECK(json["runs"] == 3);
  double products = 0;
  for (const auto& kind : json["kinds"])
    if (kind["kind"].get<std::string>().starts_with("matmul")) products += kind["flops"].get<double>();
  CHECK(products == 3 * 2.0 * (8 * 16 * 32 + 8 * 32 * 4));
  const auto& nodes = json["nodes"];
  const auto hidden = std::ranges::find_if(nodes, [](const auto& node) { return node["node"] == "layer/hidden"; });
  REQUIRE(hidden != nodes.end());
  CHECK((*hidden)["calls"] == 3);
  CHECK((*hidden)["scope"] == "layer");
  CHECK((*hidden)["bytes"] == 3 * 4.0 * (8 * 16 + 16 * 32 + 8 * 32));
  const double seconds = (*hidden)["seconds"];
  const double least = std::max(3 * 2.0 * 8 * 16 * 32 / 100e9, 3 * 4.0 * (8 * 16 + 16 * 32 + 8 * 32) / 10e9);
  CHECK((*hidden)["roofline_share"].get<double>() == doctest::Approx(least / seconds));
  for (std::size_t i = 1; i < nodes.size(); ++i) CHECK(nodes[i - 1]["seconds"] >= nodes[i]["seconds"]);
}

TEST_CASE("nodes of one name in two executions are one, and the table is cut where it is told to") {
  Trace trace;
  const std::shared_ptr<const Profiler> one = profiled(2, trace);
  const std::shared_ptr<const Profiler> other = profiled(1, trace);
  ProfileReport report;
  report.add(*one);
  report.add(*other);
  report.set_runs(3, 1.0);
  const Roofline machine{.gflop_per_second = 100, .gigabytes_per_second = 10};
  const auto json = parse_json(report.to_json(machine));
  for (const auto& node : json["nodes"]) CHECK(node["calls"] == 3);
  const std::string text = report.to_text(machine, 1);
  CHECK(text.find("... and ") != std::string::npos);
  CHECK(text.find("100 GFLOP/s, 10.0 GB/s") != std::string::npos);
  CHECK(report.to_text(machine, 0).find("... and ") == std::string::npos);
}

TEST_CASE("the roofline is what binds: arithmetic or memory") {
  const Roofline machine{.gflop_per_second = 100, .gigabytes_per_second = 10};
  CHECK(machine.least_seconds(100e9, 1e9) == doctest::Approx(1.0));
  CHECK(machine.least_seconds(1e9, 20e9) == doctest::Approx(2.0));
}

TEST_CASE("the machine's peak is measured: positive, and a plausible rate") {
  CHECK(measure_peak(1).gflop_per_second() > 0.1);
  CHECK(measure_bandwidth(1).gigabytes_per_second() > 0.1);
}

TEST_CASE("a roofline has each kind in its place, and in the legend what does not compute") {
  // The plot: 10^0 to 10^2 operations a byte over 520 from x = 64, 10^1 to 10^2 GFLOP/s over 400 from y = 440 upwards.
  const Roofline machine{.gflop_per_second = 100, .gigabytes_per_second = 10};
  const std::vector<RooflinePoint> points{
      {.name = "copy <a> (loop)", .seconds = 0.25, .flops = 0, .bytes = 1e9},
      {.name = "matmul (packed)", .seconds = 0.5, .flops = 25e9, .bytes = 2.5e9},  // 10 a byte, 50 GFLOP/s
      {.name = "add (loop)", .seconds = 0.25, .flops = 2.5e9, .bytes = 1.25e9},    // 2 a byte, 10 GFLOP/s
      {.name = "too short to be seen", .seconds = 1e-4, .flops = 1e6, .bytes = 1e6}};
  const std::string svg = roofline_picture(points, machine, "a & b");
  const auto has = [&](std::string_view part) { return svg.find(part) != std::string::npos; };
  CHECK(has("a &amp; b"));
  CHECK(has("M64.0 440.0L324.0 40.0H584.0"));  // from 1 a byte at 10 GFLOP/s, over the ridge at 10 and 100
  CHECK(has("<circle class=\"p\" cx=\"324.0\" cy=\"160.4\" r=\"24.0\"><title>matmul (packed)</title>"));
  CHECK(has("<circle class=\"p\" cx=\"142.3\" cy=\"440.0\" r=\"17.0\"><title>add (loop)</title>"));
  CHECK(has("copy &lt;a&gt; (loop)"));
  CHECK(!has("<title>copy"));
  CHECK(!has("too short"));
  CHECK(has(">50.0 %</text>"));  // of the time; of its roof all three have ...
  CHECK(has(">40 %</text>"));    // ... memory's 0.1 of 0.25 seconds,
  CHECK(has(">50 %</text>"));    // arithmetic's 0.25 of 0.5, and memory's 0.125 of 0.25
  CHECK(roofline_picture({}, machine, "nothing").ends_with("</svg>\n"));
}

TEST_CASE("a trace is trace-event JSON: complete events within their run, one behind the other") {
  Trace trace;
  const std::shared_ptr<const Profiler> profiler = profiled(2, trace);
  const auto json = parse_json(trace.to_json());
  REQUIRE(json["traceEvents"].is_array());
  std::size_t runs = 0;
  std::size_t kernels = 0;
  double run_begin = 0;
  double run_end = 0;
  double last_end = 0;
  std::vector<std::string> names;
  for (const auto& event : json["traceEvents"]) {
    REQUIRE(event["name"].is_string());
    REQUIRE(event["pid"].is_number_integer());
    REQUIRE(event["tid"].is_number_integer());
    if (event["ph"] == "M") {
      CHECK(event["args"]["name"].is_string());
      continue;
    }
    REQUIRE(event["ph"] == "X");
    REQUIRE(event["ts"].is_number());
    REQUIRE(event["dur"].is_number());
    REQUIRE(event["cat"].is_string());
    const double begin = event["ts"];
    const double end = begin + event["dur"].get<double>();
    CHECK(event["dur"] >= 0.0);
    if (event["cat"] == "run") {
      ++runs;
      CHECK(begin >= run_end);
      run_begin = begin;
      run_end = end;
      last_end = begin;
    } else {
      ++kernels;
      names.push_back(event["name"]);
      CHECK(begin >= run_begin);
      CHECK(begin >= last_end - 1e-3);
      CHECK(end <= run_end + 1e-3);
      CHECK(event["args"]["kind"].is_string());
      last_end = end;
    }
  }
  CHECK(runs == 2);
  CHECK(kernels == 2 * profiler->steps().size());
  CHECK(std::ranges::count(names, "layer/hidden") == 2);
}

TEST_CASE("names that are no UTF-8, or would end a script, do not break a trace") {
  Graph graph;
  graph.output("y", tanh(graph.input("x", DType::f32, {2})).named("</script>\"\xff"));
  Execution execution = compile(graph, onednn_backend());
  execution.set("x", std::vector<float>{1, 2});
  const std::shared_ptr<const Profiler> profiler = profile_runs(execution);
  execution.run();
  Trace trace;
  trace.add_last_run(*profiler, "run");
  CHECK(parse_json(trace.to_json())["traceEvents"].size() > 2);
}

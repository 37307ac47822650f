#include "tools/inspect/profile_report.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "backends/onednn/onednn_backend.h"
#include "graph/base/json_parse.h"
#include "ops/ops.h"
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

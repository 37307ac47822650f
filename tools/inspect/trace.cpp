#include "tools/inspect/trace.h"

#include <algorithm>

#include "graph/base/json_value.h"

namespace weft::inspect {
namespace {

constexpr int process = 1;
constexpr int thread = 1;

std::string text_of(const Json& event) { return event.dump(); }

Json complete_event(std::string_view name, std::string_view category, double start, double seconds) {
  return {{"name", name},         {"cat", category}, {"ph", "X"},    {"ts", 1e6 * start},
          {"dur", 1e6 * seconds}, {"pid", process},  {"tid", thread}};
}

Json name_event(std::string_view what, std::string_view name) {
  return {{"name", what}, {"ph", "M"}, {"pid", process}, {"tid", thread}, {"args", {{"name", name}}}};
}

}  // namespace

void Trace::add_last_run(const Profiler& profiler, std::string_view run_name) {
  if (runs_++ == 0) start_ = profiler.last_start();
  const double run_start = std::chrono::duration<double>(profiler.last_start() - start_).count();
  double end = 0;
  for (const StepProfile& profile : profiler.steps()) end = std::max(end, profile.last_start + profile.last_seconds);
  events_.push_back(text_of(complete_event(run_name, "run", run_start, end)));
  for (const StepProfile& profile : profiler.steps()) {
    const ProgramStep& step = profile.step;
    const Node* node = step.node ? &profiler.program().graph().node(step.node) : nullptr;
    Json event = complete_event(node == nullptr ? step.op : std::string_view(node->name), step.op,
                                run_start + profile.last_start, profile.last_seconds);
    Json& arguments = event["args"];
    arguments["kind"] = step.implementation;
    if (node != nullptr && !node->scope.empty()) arguments["scope"] = node->scope;
    if (profile.last_seconds > 0) {
      if (step.flops > 0) arguments["GFLOP/s"] = 1e-9 * step.flops / profile.last_seconds;
      arguments["GB/s"] = 1e-9 * step.bytes / profile.last_seconds;
    }
    events_.push_back(text_of(event));
  }
}

std::string Trace::to_json() const {
  std::string text = "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n";
  text += text_of(name_event("process_name", "weft")) + ",\n" + text_of(name_event("thread_name", "kernels"));
  for (const std::string& event : events_) text += ",\n" + event;
  return text + "\n]}\n";
}

}  // namespace weft::inspect

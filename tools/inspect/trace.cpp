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

void Trace::add_last_run(const Executable& executable, std::string_view run_name) {
  if (runs_++ == 0) start_ = executable.profile_start();
  const double run_start = std::chrono::duration<double>(executable.profile_start() - start_).count();
  std::vector<const KernelProfile*> kernels;
  for (const KernelProfile& kernel : executable.profile()) kernels.push_back(&kernel);
  std::ranges::stable_sort(kernels, {}, [](const KernelProfile* kernel) { return kernel->last_start; });
  double end = 0;
  for (const KernelProfile* kernel : kernels) end = std::max(end, kernel->last_start + kernel->last_seconds);
  events_.push_back(text_of(complete_event(run_name, "run", run_start, end)));
  for (const KernelProfile* kernel : kernels) {
    const bool is_copy = !kernel->node;
    const Node* node = is_copy ? nullptr : &executable.graph().node(kernel->node);
    Json event = complete_event(is_copy ? kernel->op : std::string_view(node->name), kernel->op,
                                run_start + kernel->last_start, kernel->last_seconds);
    Json& arguments = event["args"];
    arguments["kind"] = kernel->kind;
    if (node != nullptr && !node->scope.empty()) arguments["scope"] = node->scope;
    if (kernel->last_seconds > 0) {
      if (kernel->flops > 0) arguments["GFLOP/s"] = 1e-9 * kernel->flops / kernel->last_seconds;
      arguments["GB/s"] = 1e-9 * kernel->bytes / kernel->last_seconds;
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

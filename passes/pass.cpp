#include "passes/pass.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/base/quote.h"
#include "graph/base/suggestion.h"
#include "graph/verifier.h"

namespace weft {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

std::string_view to_string(Precision precision) { return precision == Precision::f32 ? "f32" : "bf16"; }

void run_passes(Graph& graph, std::span<const Pass* const> passes, const PassContext& context,
                const PassObserver& observer) {
  for (const Pass* pass : passes) {
    if (observer.before) observer.before(*pass, graph);
    const auto start = std::chrono::steady_clock::now();
    const bool changed = pass->run(graph, context);
    const double seconds = seconds_since(start);
    try {
      verify(graph);
    } catch (const std::exception& error) {
      throw InternalError(fmt::format("after the pass {}: {}", pass->name, error.what()));
    }
    if (observer.after) observer.after(*pass, graph, changed, seconds);
  }
}

const Pass& find_pass(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Pass* pass : all_passes()) {
    if (pass->name == name) return *pass;
    names.push_back(pass->name);
  }
  const std::string near = suggestion(name, names);
  if (!near.empty()) fail("there is no pass '{}'{}", excerpt(name, 40), near);
  fail("there is no pass '{}'; the passes are {}", excerpt(name, 40), joined(names, ", "));
}

}  // namespace weft

// Every pass alone, the pipeline, and a random list of passes: after each, the graph computes in float64 what it did
// before, and a pass that says that it changed nothing has left the text as it was. This is what PassCheck proves, with
// a bound for each element in place of one for all, as graphs of any condition come here (rounding_oracle.h).

#include <fmt/format.h>

#include <algorithm>

#include "backends/check/interpreter.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/pass_context.h"
#include "graph/io/text.h"
#include "passes/float_type.h"
#include "passes/pipeline.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/graph_input.h"
#include "tests/fuzz/graph_run.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/rounding_oracle.h"

namespace weft::fuzz {
namespace {

/// Passes that compute the same but for the order of their sums.
std::vector<const Pass*> exact_passes() {
  std::vector<const Pass*> passes;
  for (const Pass* pass : all_passes())
    if (pass->rounding == 0.0) passes.push_back(pass);
  return passes;
}

class Check {
 public:
  explicit Check(const Graph& graph)
      : graph_(with_float_type(graph, DType::f64)),
        choices_(graph_seed(graph)),
        data_(draw_data(graph_, graph_seed(graph), Numbers::small)),
        expected_(accepted([&] { return expect_in(DType::f64, graph_, data_.inputs, data_.variables); })) {}

  void run() {
    for (const Pass* pass : all_passes()) run_list({pass});
    run_list(compile_pipeline());
    std::vector<const Pass*> list;
    for (std::int64_t length = choices_.pick(2, 8); length > 0; --length)
      list.push_back(choices_.one_of(exact_passes()));
    run_list(list);
  }

 private:
  void run_list(const std::vector<const Pass*>& passes) {
    PassContext context = pass_context(reference_backend());
    context.prefers_channels_last = true;
    context.processes = 2;
    if (choices_.chance(50)) context.memory_budget = static_cast<std::size_t>(choices_.pick(64, 4096));
    Graph graph = graph_.clone();
    std::string text = to_text(graph);
    const PassObserver observer{.before = {}, .after = [&](const Pass& pass, const Graph& made, bool changed, double) {
                                  std::string text_after = to_text(made);
                                  expect(changed || text_after == text, "{} says that it changed nothing, but it did",
                                         pass.name);
                                  text = std::move(text_after);
                                  if (pass.rounding == 0.0) compare(pass, made);
                                }};
    const auto ran = accepted([&] {
      run_passes(graph, passes, context, observer);
      return true;
    });
    expect(ran || !expected_, "the passes refuse a graph that can be run");
  }

  void compare(const Pass& pass, const Graph& made) {
    // A product with a zero is taken for zero, whatever the other factor is: what is not finite may vanish there.
    if (!expected_ || !expected_->finite) return;
    TensorMap variables = data_.variables;
    check(pass, expected_->outputs, interpret(made, reference_backend(), data_.inputs, variables));
    check(pass, expected_->updates, variables);
    expect(made.outputs().size() == graph_.outputs().size() && made.updates().size() == graph_.updates().size(),
           "{} takes outputs or updates away", pass.name);
  }

  static void check(const Pass& pass, const std::map<std::string, Expectation>& expectations, const TensorMap& actual) {
    for (const auto& [name, expectation] : expectations) {
      const std::string difference = expectation.difference(actual.find(name)->second);
      expect(difference.empty(), "{} changes '{}': {}", pass.name, name, difference);
    }
  }

  Graph graph_;
  Choices choices_;
  GraphData data_;
  std::optional<Expectations> expected_;
};

void run(std::string_view input) {
  if (const std::optional<Graph> graph = graph_of(input)) Check(*graph).run();
}

}  // namespace

const Harness harness{.run = run, .seeds = graph_seeds, .mutate = mutate_graph_text};

}  // namespace weft::fuzz

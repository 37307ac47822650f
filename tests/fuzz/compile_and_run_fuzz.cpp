// The same graph, outputs and updates, gradients among them, on both backends, compiled and as it was written, with its
// memory plan proven and with what is dead poisoned, against float64 (rounding_oracle.h); on small numbers, and on
// infinities, NaN and the like.

#include <map>
#include <optional>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/poison.h"
#include "passes/float_type.h"
#include "passes/pipeline.h"
#include "tests/fuzz/graph_input.h"
#include "tests/fuzz/graph_run.h"
#include "tests/fuzz/harness.h"

namespace weft::fuzz {
namespace {

enum class Passes { all, none };

/// One way to run the graph.
struct Way {
  std::string_view name;
  const Backend& backend;
  DType floats;
  Passes passes;
  bool poison;
};

const Way in_float64{"reference f64, poisoned", reference_backend(), DType::f64, Passes::all, true};
const Way reference{"reference", reference_backend(), DType::f32, Passes::all, false};
const Way onednn{"onednn", onednn_backend(), DType::f32, Passes::all, false};
const Way onednn_poisoned{"onednn, poisoned", onednn_backend(), DType::f32, Passes::all, true};
const Way as_written{"onednn as written, poisoned", onednn_backend(), DType::f32, Passes::none, true};

class Check {
 public:
  explicit Check(const Graph& graph) : graph_(graph) {}

  void run(Numbers numbers) {
    data_ = draw_data(graph_, graph_seed(graph_), numbers);
    for (const DType floats : {DType::f32, DType::f64})
      expected_[floats] = accepted([&] { return expect_in(floats, graph_, data_.inputs, data_.variables); });
    for (const Way* way : {&in_float64, &reference, &onednn, &onednn_poisoned, &as_written}) {
      // An id that is no row of its table is an Error here as there, unless passes find that nobody reads it.
      const std::optional<Results> results = accepted([&] { return run_once(execution_of(*way), data_, way->floats); });
      const std::optional<Expectations>& expected = expected_[way->floats];
      if (!expected) continue;
      expect(results.has_value(), "{}: a graph is refused that can be run", way->name);
      if (way == &onednn) plain_ = *results;
      if (way == &onednn_poisoned)
        require_same_bits(plain_, *results, way->name);
      else
        check(*way, *expected, *results);
    }
  }

 private:
  void check(const Way& way, const Expectations& expected, const Results& results) {
    // Passes take a product with a zero for zero, whatever the other factor is (simplify): what is not finite may
    // vanish there, so that kernels are compared on the graph that the passes made.
    if (expected.finite || way.passes == Passes::none)
      compare(expected, results, way.name);
    else
      compare(expect_in(way.floats, execution_of(way).graph(), data_.inputs, data_.variables), results, way.name);
  }

  /// Each is compiled once, and run on all data.
  Execution& execution_of(const Way& way) {
    const auto at = compiled_.find(&way);
    return (at != compiled_.end() ? at : compiled_.emplace(&way, compiled(way)).first)->second;
  }

  Execution compiled(const Way& way) const {
    CompileOptions options;
    options.check_memory_plan = true;
    if (way.passes == Passes::none)
      for (const Pass* pass : all_passes())
        if (can_be_left_out(*pass)) options.disabled_passes.emplace_back(pass->name);
    Execution execution = compile(with_float_type(graph_, way.floats), way.backend, options);
    if (way.poison) execution.attach(std::make_shared<Poison>(execution.program()));
    return execution;
  }

  const Graph& graph_;
  GraphData data_;
  std::map<DType, std::optional<Expectations>> expected_;
  Results plain_;
  std::map<const Way*, Execution> compiled_;
};

void run(std::string_view input) {
  const std::optional<Graph> graph = graph_of(input);
  if (!graph) return;
  Check check(*graph);
  check.run(Numbers::small);
  check.run(Numbers::wild);
}

}  // namespace

const Harness harness{.run = run, .seeds = graph_seeds, .mutate = mutate_graph_text};

}  // namespace weft::fuzz

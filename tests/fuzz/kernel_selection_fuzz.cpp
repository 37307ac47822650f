// Any kernel that can run a product gives what the graph means, and selections come back from their text; weights
// in few bits, and products of factors in bf16, give what the graph with these roundings means, on both backends.

#include <memory>
#include <optional>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/products/kernel_selection.h"
#include "backends/onednn/products/measure_kernels.h"
#include "backends/reference/reference_backend.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/graph_input.h"
#include "tests/fuzz/graph_run.h"
#include "tests/fuzz/harness.h"

namespace weft::fuzz {
namespace {

std::shared_ptr<const onednn::KernelSelection> draw_selection(const Graph& compiled, Choices& choices) {
  onednn::ProductUses products;
  onednn::add_products(compiled, products);
  onednn::KernelSelection selection;
  for (const auto& [site, uses] : products) selection.set(site, choices.one_of(onednn::kernels_for(site)));
  expect(onednn::KernelSelection::from_json(selection.to_json(), "picks") == selection,
         "the selection is not read as it was written:\n{}", selection.to_json());
  return std::make_shared<const onednn::KernelSelection>(std::move(selection));
}

void check(const Graph& graph, const Backend& backend, const CompileOptions& options, std::string_view who) {
  Execution execution = compile(graph, backend, options);
  for (const Numbers numbers : {Numbers::small, Numbers::wild}) {
    const GraphData data = draw_data(graph, graph_seed(graph), numbers);
    const auto expected =
        accepted([&] { return expect_in(DType::f32, execution.graph(), data.inputs, data.variables); });
    const auto results = accepted([&] { return run_once(execution, data); });
    expect(expected.has_value() == results.has_value(), "{}: what one refuses the other runs", who);
    if (expected) compare(*expected, *results, who);
  }
}

void run(std::string_view input) {
  const std::optional<Graph> graph = graph_of(input);
  if (!graph) return;
  const std::optional<Execution> plain = accepted([&] { return compile(*graph, onednn_backend()); });
  if (!plain) return;  // constants that are no ids
  Choices choices(graph_seed(*graph));
  const std::shared_ptr<const Backend> picked = onednn_backend({.kernels = draw_selection(plain->graph(), choices)});
  check(*graph, *picked, {}, "onednn with other kernels");
  // The expectations do not look into fusions: for casts, and for sums that cancel.
  CompileOptions narrow{.disabled_passes = {"fuse-elementwise"}};
  narrow.extra_passes.emplace_back("int8-weights");
  check(*graph, onednn_backend(), narrow, "weights in 8 bits on onednn");
  check(*graph, reference_backend(), narrow, "weights in 8 bits on the reference backend");
  const CompileOptions mixed{.disabled_passes = {"fuse-elementwise"}, .precision = Precision::bf16};
  check(*graph, onednn_backend(), mixed, "products in bf16 on onednn");
  const Execution rounded = compile(*graph, onednn_backend(), mixed);
  check(*graph, *onednn_backend({.kernels = draw_selection(rounded.graph(), choices)}), mixed,
        "products in bf16 on onednn with other kernels");
  check(*graph, reference_backend(), mixed, "products in bf16 on the reference backend");
}

}  // namespace

const Harness harness{.run = run, .seeds = graph_seeds, .mutate = mutate_graph_text};

}  // namespace weft::fuzz

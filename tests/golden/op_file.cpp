#include "tests/golden/op_file.h"

#include <algorithm>

#include "backends/runtime/execution.h"
#include "passes/autodiff/autodiff.h"
#include "tests/golden/comparison.h"
#include "tests/golden/golden_op.h"

namespace weft::test {
namespace {

constexpr std::string_view output_prefix = "output/";
constexpr std::string_view cotangent_prefix = "cotangent/";
constexpr std::string_view gradient_prefix = "gradient of ";

std::string with_prefix(std::string_view prefix, std::string_view name) { return fmt::format("{}{}", prefix, name); }

/// The op, its outputs, and the gradients of sum over outputs of <cotangent, output> that the file has.
Graph graph_of(const GoldenFile& file, DType float_type) {
  Graph graph(file.case_name);
  const GoldenOutputs outputs = apply_golden_op(GoldenInputs(graph, file, float_type));
  std::vector<Value> results;
  std::vector<Value> cotangents;
  for (const auto& [name, value] : outputs) {
    graph.output(with_prefix(output_prefix, name), value);
    results.push_back(value);
    cotangents.push_back(graph.input(with_prefix(cotangent_prefix, name), value.dtype(), value.shape()));
  }
  std::vector<Value> inputs;
  for (const auto& [name, tensor] : file.section("gradients")) {
    const NodeId input = graph.find(name);
    require(static_cast<bool>(input), "there is a gradient of '{}', which is no input of the op", name);
    inputs.push_back(graph.value(graph.node(input).results[0]));
  }
  const std::vector<Value> gradients = vector_jacobian(results, cotangents, inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    graph.output(with_prefix(gradient_prefix, inputs[i].name()), gradients[i]);
  return graph;
}

void set_inputs(Execution& execution, const TensorMap& tensors, std::string_view prefix) {
  for (const auto& [name, tensor] : tensors) {
    const std::string input = with_prefix(prefix, name);
    const DType dtype = execution.input(input).type.dtype;
    execution.set(input, is_float(dtype) ? tensor.converted_to(dtype) : as_ids(tensor));
  }
}

TensorMap get_outputs(const Execution& execution, const TensorMap& expected, std::string_view prefix) {
  TensorMap outputs;
  for (const auto& [name, tensor] : expected) outputs.emplace(name, execution.get(with_prefix(prefix, name)));
  return outputs;
}

}  // namespace

std::vector<std::string> run_op_file(const GoldenFile& file) {
  const TensorMap& expected_outputs = file.section("outputs");
  const TensorMap& expected_gradients = file.section("gradients");
  require(!expected_outputs.empty(), "there are no outputs to compare");
  std::vector<std::string> failures;
  for (const Run& run : runs()) {
    Execution execution = compile(graph_of(file, run.dtype), run.backend, {.precision = run.precision});
    set_inputs(execution, file.section("inputs"), "");
    set_inputs(execution, file.section("cotangents"), cotangent_prefix);
    execution.run();
    const TensorMap outputs = get_outputs(execution, expected_outputs, output_prefix);
    for (const auto& [name, tensor] : expected_outputs)
      std::ranges::move(compare(name, outputs.at(name), tensor, scale_of(tensor), run), std::back_inserter(failures));
    const TensorMap gradients = get_outputs(execution, expected_gradients, gradient_prefix);
    std::ranges::move(compare_gradients(gradients, expected_gradients, run), std::back_inserter(failures));
  }
  return failures;
}

}  // namespace weft::test

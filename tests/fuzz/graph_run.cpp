#include "tests/fuzz/graph_run.h"

#include <cmath>
#include <iterator>

#include "graph/base/checksum.h"
#include "graph/base/random.h"
#include "graph/io/text.h"
#include "graph/leaf.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/random_graph.h"

namespace weft::fuzz {
namespace {

double wild_number(std::uint64_t bits) {
  constexpr double numbers[] = {INFINITY, -INFINITY, NAN,   0.0,  -0.0, 1e-40, -1e-40, 1e30,
                                -1e30,    88.5,      -90.0, 1e10, 1.0,  -1.0,  1e-20,  300.0};
  return numbers[bits % std::size(numbers)];
}

void draw(Tensor& tensor, const CounterRandom& random, Numbers numbers) {
  for (std::int64_t i = 0; i < tensor.shape().volume(); ++i) {
    const auto index = static_cast<std::uint64_t>(i);
    if (tensor.dtype() == DType::boolean)
      tensor.set_number(i, static_cast<double>(random.bits(index) % 2));
    else if (!is_float(tensor.dtype()))
      tensor.set_number(i, static_cast<double>(random.bits(index) % static_cast<std::uint64_t>(vocabulary)));
    else if (numbers == Numbers::wild && random.bits(index) % 8 == 0)
      tensor.set_number(i, wild_number(random.bits(index) / 8));
    else  // a float, whatever the tensor's type is
      tensor.set_number(i, static_cast<float>(random.uniform(index, -1.0, 1.0)));
  }
}

TensorMap in_type(const TensorMap& tensors, DType dtype) {
  TensorMap converted;
  for (const auto& [name, tensor] : tensors)
    converted.emplace(name, is_float(tensor.dtype()) ? tensor.converted_to(dtype) : tensor);
  return converted;
}

void require_same_bits(const TensorMap& a, const TensorMap& b, std::string_view who) {
  for (const auto& [name, tensor] : a)
    expect(tensor == b.find(name)->second, "{}: '{}' differs in its bits", who, name);
}

void compare(const std::map<std::string, Expectation>& expectations, const TensorMap& actual, std::string_view who,
             std::string_view what) {
  for (const auto& [name, expectation] : expectations) {
    const std::string difference = expectation.difference(actual.find(name)->second);
    expect(difference.empty(), "{}: {} '{}': {}", who, what, name, difference);
  }
}

}  // namespace

std::uint64_t graph_seed(const Graph& graph) {
  Checksum checksum;
  checksum.add(to_text(graph));
  return checksum.value();
}

GraphData draw_data(const Graph& graph, std::uint64_t seed, Numbers numbers) {
  GraphData data;
  for (const Op* op : {&leaf::input, &leaf::parameter, &leaf::state})
    for (const NodeId id : graph.leaves(*op)) {
      const std::string& name = graph.node(id).name;
      Tensor tensor(graph.type(graph.node(id).results[0]));
      draw(tensor, CounterRandom(seed, name), numbers);
      (op == &leaf::input ? data.inputs : data.variables).emplace(name, std::move(tensor));
    }
  return data;
}

Results run_once(Execution& execution, const GraphData& data, DType floats) {
  Variables& variables = execution.variables();
  for (const auto& [name, tensor] : in_type(data.variables, floats))
    if (variables.contains(name)) variables.set(name, tensor);
  // The passes may have found that nobody reads an input.
  for (const auto& [name, tensor] : in_type(data.inputs, floats))
    if (execution.graph().find(name)) execution.set(name, tensor);
  execution.run();
  Results results;
  for (const Output& output : execution.graph().outputs())
    results.outputs.emplace(output.name, execution.get(output.name));
  results.variables = variables.snapshot();
  return results;
}

void compare(const Expectations& expected, const Results& results, std::string_view who) {
  compare(expected.outputs, results.outputs, who, "the output");
  compare(expected.updates, results.variables, who, "the updated variable");
}

void require_same_bits(const Results& a, const Results& b, std::string_view who) {
  require_same_bits(a.outputs, b.outputs, who);
  require_same_bits(a.variables, b.variables, who);
}

}  // namespace weft::fuzz

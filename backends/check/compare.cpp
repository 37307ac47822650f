#include "backends/check/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <memory>

#include "backends/check/interpreter.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/evaluate.h"
#include "backends/runtime/execution.h"
#include "backends/runtime/pass_context.h"
#include "graph/base/random.h"
#include "graph/leaf.h"
#include "passes/float_type.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

/// What one side has computed, to compare the other side with.
struct Results {
  std::map<std::string, std::vector<Tensor>> nodes;  // by name: a tensor a result
  TensorMap outputs;
  TensorMap variables;
};

/// The tensor with each element changed, if it is of floats.
template <typename Change>
Tensor changed(Tensor tensor, const Change& change) {
  if (!is_float(tensor.dtype())) return tensor;
  for (std::int64_t i = 0; i < tensor.shape().volume(); ++i) tensor.set_number(i, change(tensor.number(i), i));
  return tensor;
}

Tensor with_last_place_moved(const Tensor& tensor, const CounterRandom& random) {
  return changed(tensor, [&](double number, std::int64_t i) {
    const bool up = random.bits(static_cast<std::uint64_t>(i)) % 2 == 0;
    return number * (up ? 1.0 + 0x1p-23 : 1.0 - 0x1p-23);
  });
}

Tensor without_signs(const Tensor& tensor) {
  return changed(tensor, [](double number, std::int64_t) { return std::abs(number); });
}

/// The graph whose values both sides are asked for: coarse ops are apart where the checked backend needs them so.
Graph common_graph(const Graph& graph, const Backend& backend) {
  Graph common = graph.clone();
  const std::array<const Pass*, 2> passes{&pass::dce, &pass::decompose};
  run_passes(common, passes, pass_context(backend));
  return common;
}

/// A side that is compiled.
Execution compile_side(const Graph& common, const CompareSide& side, const TensorMap& variables) {
  CompileOptions options;
  options.disabled_passes = side.disabled_passes;
  options.extra_passes = side.extra_passes;
  options.precision = side.precision;
  Execution execution = compile(common, *side.backend, options);
  for (const auto& [name, tensor] : variables)
    if (execution.variables().contains(name)) execution.variables().set(name, tensor);
  return execution;
}

/// Shows what each kernel makes as soon as it is there.
class KernelResults final : public ExecutionObserver {
 public:
  using Show = std::function<void(const Graph& graph, NodeId node, std::vector<Tensor> results)>;

  explicit KernelResults(Show show) : show_(std::move(show)) {}

  void after(const StepView& step) override {
    if (!step.is_kernel()) return;
    std::vector<Tensor> results;
    for (std::size_t i = 0; i < step.results.size(); ++i) results.push_back(step.result(i).copy());
    show_(step.graph, step.step.node, std::move(results));
  }

 private:
  Show show_;
};

bool is_common(const Graph& common, NodeId node) { return node.index < common.node_bound(); }

Results run_compiled(const Graph& common, const CompareSide& side, const TensorMap& inputs,
                     const TensorMap& variables) {
  Results results;
  Execution execution = compile_side(common, side, variables);
  execution.attach(std::make_shared<KernelResults>([&](const Graph& graph, NodeId id, std::vector<Tensor> values) {
    if (is_common(common, id)) results.nodes[graph.node(id).name] = std::move(values);
  }));
  results.outputs = execution.run(inputs);
  results.variables = execution.variables().snapshot();
  return results;
}

TensorMap in_float64(const TensorMap& tensors) {
  TensorMap converted;
  for (const auto& [name, tensor] : tensors)
    converted.emplace(name, is_float(tensor.dtype()) ? tensor.converted_to(DType::f64) : tensor);
  return converted;
}

/// `wanted`: the nodes whose values are kept.
Results run_oracle(const Graph& common, const Backend& backend, const TensorMap& inputs, const TensorMap& variables,
                   const Graph& wanted) {
  const Graph in_f64 = with_float_type(common, DType::f64);
  Results results;
  results.variables = in_float64(variables);
  results.outputs =
      interpret(in_f64, backend, in_float64(inputs), results.variables, [&](NodeId id, std::span<const Tensor> values) {
        const std::string& name = in_f64.node(id).name;
        if (const NodeId node = wanted.find(name); node && is_common(common, node))
          results.nodes[name].assign(values.begin(), values.end());
      });
  return results;
}

/// Compares the values of the checked side, while it runs, with what the other side has computed.
class Comparer {
 public:
  Comparer(const Graph& common, const TensorMap& inputs, const TensorMap& variables, double tolerance)
      : common_(common), inputs_(inputs), variables_(variables), tolerance_(tolerance) {}

  void set_expected(Results expected) { expected_ = std::move(expected); }

  void on_kernel(const Graph& graph, NodeId id, std::vector<Tensor> actual) {
    const Node& node = graph.node(id);
    const std::vector<Tensor> alone = run_alone(graph, id);
    const auto expected = expected_.nodes.find(node.name);
    const bool matched = is_common(common_, id) && expected != expected_.nodes.end();
    for (std::size_t i = 0; i < actual.size(); ++i) {
      ComparedValue value{.name = graph.value_name(node.results[i]),
                          .op = node.op->name,
                          .scope = node.scope,
                          .operands = operands_of(graph, node),
                          .type = actual[i].type(),
                          .matched = matched};
      if (!alone.empty()) value.alone = difference_of(alone[i], actual[i], tolerance_);
      if (value.kernel_is_wrong())
        value.alone = difference_of(alone[i], actual[i], tolerance_, rounding_noise(graph, id, alone)[i]);
      if (matched)
        value.difference = difference_of(expected->second[i], actual[i], tolerance_);
      else if (value.alone)
        value.difference = *value.alone;
      value.excused = is_excused(value);
      using State = ComparedValue::Operand::State;
      states_[node.results[i]] = value.parts() ? State::parts : matched ? State::agrees : State::unknown;
      comparison_.values.push_back(std::move(value));
    }
    for (std::size_t i = 0; i < actual.size(); ++i) values_.insert_or_assign(node.results[i], std::move(actual[i]));
  }

  void add_outputs(const Graph& graph, const TensorMap& actual) {
    for (const Output& output : graph.outputs())
      add(ComparedValue::Kind::output, graph, output.name, output.value, expected_.outputs, actual.at(output.name));
  }

  void add_updates(const Graph& graph, const Variables& actual) {
    for (const Update& update : graph.updates()) {
      const std::string& name = graph.node(graph.producer(update.variable)).name;
      add(ComparedValue::Kind::update, graph, name, update.value, expected_.variables, actual.get(name));
    }
  }

  Comparison take() { return std::move(comparison_); }

 private:
  using State = ComparedValue::Operand::State;

  static bool is_excused(const ComparedValue& value) {
    return value.matched && value.difference.off > 0 && value.alone && value.alone->off == 0 &&
           std::ranges::all_of(value.operands, [](const ComparedValue::Operand& operand) {
             return operand.state == State::leaf || operand.state == State::agrees;
           });
  }

  void add(ComparedValue::Kind kind, const Graph& graph, const std::string& name, ValueId id, const TensorMap& expected,
           const Tensor& actual) {
    const auto at = expected.find(name);
    if (at == expected.end()) return;
    ComparedValue value{.kind = kind, .name = name, .type = actual.type()};
    value.difference = difference_of(at->second, actual, tolerance_);
    value.excused = value.difference.off > 0 && state_of(graph, id) == State::agrees;
    comparison_.values.push_back(std::move(value));
  }

  /// Of a view or of a concat in place: what its operands are, the worst of them.
  State state_of(const Graph& graph, ValueId id) {
    if (const auto at = states_.find(id); at != states_.end()) return at->second;
    const Node& node = graph.node(graph.producer(id));
    if (is_leaf(*node.op)) return State::leaf;
    State worst = State::leaf;
    for (const ValueId operand : node.operands) worst = std::max(worst, state_of(graph, operand));
    return states_[id] = worst;
  }

  std::vector<ComparedValue::Operand> operands_of(const Graph& graph, const Node& node) {
    std::vector<ComparedValue::Operand> operands;
    for (const ValueId operand : node.operands)
      operands.push_back({graph.value_name(operand), state_of(graph, operand)});
    return operands;
  }

  /// A value of the checked side: a leaf as it was before the run, what a kernel made, or what has no kernel.
  const Tensor& value_of(const Graph& graph, ValueId id) {
    if (const auto at = values_.find(id); at != values_.end()) return at->second;
    const NodeId producer = graph.producer(id);
    const Node& node = graph.node(producer);
    if (node.op == &leaf::constant) return constant_value(node);
    if (node.op == &leaf::input) return inputs_.find(node.name)->second;
    if (is_leaf(*node.op)) return variables_.find(node.name)->second;
    return values_.emplace(id, std::move(evaluate(graph, producer)[graph.result_index(id)])).first->second;
  }

  std::vector<Tensor> evaluate(const Graph& graph, NodeId id) {
    std::vector<const Tensor*> operands;
    for (const ValueId operand : graph.node(id).operands) operands.push_back(&value_of(graph, operand));
    return evaluate_node(graph, id, operands, reference_backend());
  }

  /// The results of the reference kernel; none when there is no such kernel.
  std::vector<Tensor> run_alone(const Graph& graph, NodeId id) {
    return !reference_backend().runs_whole(*graph.node(id).op) ? std::vector<Tensor>() : evaluate(graph, id);
  }

  /// What rounding may make of each result where terms cancel, as in a sum that is nearly zero: a kernel that adds in
  /// another order is off by the last places of its terms, not of their sum. So: the results for operands whose last
  /// place is moved, and for sums and products the last places of the result without signs.
  std::vector<double> rounding_noise(const Graph& graph, NodeId id, const std::vector<Tensor>& exact) {
    constexpr std::uint64_t samples = 4;
    constexpr double margin = 8.0;
    std::vector<double> noise(exact.size(), 0.0);
    const auto add = [&](std::size_t result, double amount) {
      if (std::isfinite(amount)) noise[result] = std::max(noise[result], amount);
    };
    for (std::uint64_t sample = 0; sample < samples; ++sample) {
      const std::vector<Tensor> results = evaluate_with(graph, id, [&](const Tensor& operand, std::size_t index) {
        return with_last_place_moved(operand, CounterRandom(sample, std::to_string(index)));
      });
      for (std::size_t i = 0; i < exact.size(); ++i) add(i, margin * difference_of(exact[i], results[i], 0.0).distance);
    }
    if (const std::string_view family = graph.node(id).op->family; family == "matrix" || family == "reduction") {
      const std::vector<Tensor> results =
          evaluate_with(graph, id, [](const Tensor& operand, std::size_t) { return without_signs(operand); });
      const auto size_of = [](const Tensor& tensor) {
        return difference_of(Tensor(tensor.type()), tensor, 0.0).distance;
      };
      for (std::size_t i = 0; i < exact.size(); ++i) add(i, 0x1p-22 * size_of(results[i]));
    }
    return noise;
  }

  /// What the reference kernel makes of operands that are changed.
  template <typename Change>
  std::vector<Tensor> evaluate_with(const Graph& graph, NodeId id, const Change& change) {
    std::vector<Tensor> changed;
    for (const ValueId operand : graph.node(id).operands)
      changed.push_back(change(value_of(graph, operand), changed.size()));
    std::vector<const Tensor*> operands;
    for (const Tensor& operand : changed) operands.push_back(&operand);
    return evaluate_node(graph, id, operands, reference_backend());
  }

  const Graph& common_;
  const TensorMap& inputs_;
  const TensorMap& variables_;
  double tolerance_;
  Results expected_;
  std::map<ValueId, Tensor> values_;
  std::map<ValueId, State> states_;
  Comparison comparison_;
};

}  // namespace

std::string ComparedValue::to_string() const {
  switch (kind) {
    case Kind::node:
      return fmt::format("{} '{}'", op, name);
    case Kind::output:
      return fmt::format("output '{}'", name);
    case Kind::update:
      return fmt::format("updated variable '{}'", name);
  }
  return name;
}

std::size_t Comparison::matched() const {
  return static_cast<std::size_t>(std::ranges::count_if(values, &ComparedValue::matched));
}

const ComparedValue* Comparison::first() const {
  const auto at = std::ranges::find_if(values, &ComparedValue::parts);
  return at == values.end() ? nullptr : &*at;
}

std::vector<const ComparedValue*> Comparison::worst(std::size_t count) const {
  std::vector<const ComparedValue*> sorted;
  for (const ComparedValue& value : values)
    if (value.difference.distance > 0.0) sorted.push_back(&value);
  std::ranges::stable_sort(sorted, std::ranges::greater(),
                           [](const ComparedValue* value) { return value->difference.relative; });
  sorted.resize(std::min(count, sorted.size()));
  return sorted;
}

Comparison compare_sides(const Graph& graph, const CompareSide& checked, const CompareSide& against,
                         const TensorMap& inputs, const TensorMap& variables, double tolerance) {
  const Graph common = common_graph(graph, *checked.backend);
  Comparer comparer(common, inputs, variables, tolerance);
  Execution execution = compile_side(common, checked, variables);
  execution.attach(std::make_shared<KernelResults>(
      [&](const Graph& of, NodeId id, std::vector<Tensor> values) { comparer.on_kernel(of, id, std::move(values)); }));
  comparer.set_expected(against.compiled ? run_compiled(common, against, inputs, variables)
                                         : run_oracle(common, *against.backend, inputs, variables, execution.graph()));
  const TensorMap outputs = execution.run(inputs);
  comparer.add_outputs(execution.graph(), outputs);
  comparer.add_updates(execution.graph(), execution.variables());
  return comparer.take();
}

}  // namespace weft

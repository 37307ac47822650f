#include "backends/check/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "graph/base/random.h"
#include "passes/autodiff/autodiff.h"
#include "passes/float_type.h"

namespace weft {
namespace {

Tensor draw(const TensorType& type, const CounterRandom& random, double low, double high) {
  Tensor tensor(type);
  for (std::int64_t i = 0; i < type.shape.volume(); ++i)
    tensor.set_number(i, random.uniform(static_cast<std::uint64_t>(i), low, high));
  return tensor;
}

Tensor draw_input(const Node& node, const TensorType& type, const GradientCheckOptions& options) {
  const CounterRandom random(options.seed, node.name);
  if (is_float(type.dtype)) return draw(type, random, options.low, options.high);
  // One past the end, so that cutting off the fraction gives each integer the same share.
  Tensor numbers = type.dtype == DType::boolean
                       ? draw({DType::f64, type.shape}, random, 0.0, 2.0)
                       : draw({DType::f64, type.shape}, random, options.integer_low, options.integer_high + 1.0);
  for (double& number : numbers.as<double>()) number = std::floor(number);
  return numbers.converted_to(type.dtype);
}

class Check {
 public:
  Check(const Graph& graph, const GradientCheckOptions& options)
      : options_(options),
        graph_(with_float_type(graph, DType::f64, Updates::drop)),
        variables_(std::make_shared<Variables>(options.seed)) {
    variables_->initialise(graph_);
    draw_cotangents();
    draw_inputs();
  }

  std::vector<GradientCheck> run() {
    const std::vector<Tensor> gradients = differentiate();
    Execution execution = compile_checked(graph_);
    std::vector<GradientCheck> checks;
    for (std::size_t i = 0; i < variables_to_check_.size(); ++i)
      checks.push_back(compare(execution, variables_to_check_[i], gradients[i]));
    return checks;
  }

 private:
  struct Cotangent {
    std::string output;
    ValueId value;
    Tensor tensor;
  };

  const Node& node_of(ValueId value) const { return graph_.node(graph_.producer(value)); }

  bool is_input(ValueId value) const { return node_of(value).op == &leaf::input; }

  void draw_cotangents() {
    for (const Output& output : graph_.outputs()) {
      const TensorType& type = graph_.type(output.value);
      if (!is_float(type.dtype)) continue;
      const CounterRandom random(options_.seed, "cotangent of " + output.name);
      cotangents_.push_back({output.name, output.value, draw(type, random, -1.0, 1.0)});
    }
    require(!cotangents_.empty(), "check of gradients: graph '{}' has no floating-point output to differentiate",
            graph_.name());
  }

  void draw_inputs() {
    for (const NodeId id : graph_.leaves(leaf::input)) {
      const ValueId value = graph_.node(id).results[0];
      inputs_.emplace(graph_.node(id).name, draw_input(graph_.node(id), graph_.type(value), options_));
    }
    for (const NodeId id : graph_.nodes()) {
      const Node& node = graph_.node(id);
      if (node.op != &leaf::input && node.op != &leaf::parameter) continue;
      if (is_float(graph_.type(node.results[0]).dtype)) variables_to_check_.push_back(node.results[0]);
    }
  }

  Execution compile_checked(const Graph& graph) const {
    Execution execution(compile(graph, reference_backend()), {.variables = variables_});
    for (const auto& [name, tensor] : inputs_) execution.set(name, tensor);
    return execution;
  }

  std::vector<Tensor> differentiate() const {
    Graph graph = graph_.clone();
    std::vector<Value> results;
    std::vector<Value> cotangents;
    for (const Cotangent& cotangent : cotangents_) {
      results.push_back(graph.value(cotangent.value));
      cotangents.push_back(graph.constant(cotangent.tensor));
    }
    std::vector<Value> variables;
    for (const ValueId variable : variables_to_check_) variables.push_back(graph.value(variable));
    const std::vector<Value> gradients = vector_jacobian(results, cotangents, variables);
    const auto output_name = [](Value variable) { return "gradient of " + variable.name(); };
    for (std::size_t i = 0; i < gradients.size(); ++i) graph.output(output_name(variables[i]), gradients[i]);

    Execution execution = compile_checked(graph);
    execution.run();
    std::vector<Tensor> tensors;
    for (const Value& variable : variables) tensors.push_back(execution.get(output_name(variable)));
    return tensors;
  }

  /// The function that is differentiated, at the current content of inputs and variables.
  double evaluate(Execution& execution) const {
    execution.run();
    double sum = 0.0;
    for (const Cotangent& cotangent : cotangents_) {
      const std::span<const double> weights = cotangent.tensor.as<double>();
      const std::span<const double> elements = execution.output(cotangent.output).as<double>();
      for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * elements[i];
    }
    return sum;
  }

  void set(Execution& execution, ValueId variable, const Tensor& tensor) const {
    const std::string& name = node_of(variable).name;
    if (is_input(variable))
      execution.set(name, tensor);
    else
      variables_->set(name, tensor);
  }

  GradientCheck compare(Execution& execution, ValueId variable, const Tensor& gradient) const {
    const std::string& name = node_of(variable).name;
    const Tensor content = is_input(variable) ? inputs_.find(name)->second : variables_->get(name);
    const double at_content = evaluate(execution);
    const auto evaluate_at = [&](std::int64_t index, double number) {
      Tensor moved = content;
      moved.set_number(index, number);
      set(execution, variable, moved);
      return evaluate(execution);
    };

    const std::int64_t volume = content.shape().volume();
    const std::int64_t count = std::min(volume, std::max<std::int64_t>(options_.most_elements, 1));
    GradientCheck check{.input = name, .elements = count};
    double worst = 0.0;
    double scale = 1e-4 * std::abs(at_content);
    for (std::int64_t i = 0; i < count; ++i) {
      // Rounded down, count picks spread over the volume; volume is at most 2^40, so the product stays exact.
      const auto index =
          static_cast<std::int64_t>(static_cast<double>(i) * static_cast<double>(volume) / static_cast<double>(count));
      const double number = content.number(index);
      const double difference =
          (evaluate_at(index, number + options_.step) - evaluate_at(index, number - options_.step)) /
          (2.0 * options_.step);
      const double exact = gradient.number(index);
      const double error = std::abs(exact - difference);
      worst = std::isfinite(error) ? std::max(worst, error) : std::numeric_limits<double>::infinity();
      scale = std::max({scale, std::abs(exact), std::abs(difference)});
    }
    set(execution, variable, content);
    for (const double exact : gradient.as<double>())
      check.largest_gradient = std::max(check.largest_gradient, std::abs(exact));
    check.worst_error = worst == 0.0 ? 0.0 : worst / scale;
    check.passed = check.worst_error <= options_.tolerance && check.largest_gradient > 0.0;
    return check;
  }

  GradientCheckOptions options_;
  Graph graph_;
  std::shared_ptr<Variables> variables_;
  TensorMap inputs_;
  std::vector<Cotangent> cotangents_;
  std::vector<ValueId> variables_to_check_;
};

}  // namespace

std::vector<GradientCheck> check_gradients(const Graph& graph, const GradientCheckOptions& options) {
  return Check(graph, options).run();
}

}  // namespace weft

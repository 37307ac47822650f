#include "backends/check/gradient_check.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "graph/base/random.h"
#include "graph/order.h"
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
    const double at_content = evaluate(execution);
    std::vector<Comparison> comparisons;
    std::int64_t of = 0;
    for (std::size_t i = 0; i < variables_to_check_.size(); ++i) {
      comparisons.push_back(begin(variables_to_check_[i], gradients[i], at_content));
      of += comparisons.back().most;
    }
    check_in_turn(execution, comparisons, at_content, of);
    std::vector<GradientCheck> checks;
    for (const Comparison& comparison : comparisons) checks.push_back(result_of(comparison));
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
    const std::vector<bool> live = live_nodes(graph_);  // its updates are dropped
    for (const NodeId id : graph_.nodes()) {
      const Node& node = graph_.node(id);
      // An input that only updates read, such as a learning rate, is none of the function's.
      if ((node.op != &leaf::input || !live[id.index]) && node.op != &leaf::parameter) continue;
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

  /// The check of one variable, which goes on element by element.
  struct Comparison {
    ValueId variable;
    const Tensor* gradient;
    Tensor content;  ///< as it was
    std::int64_t most;
    double worst = 0.0;
    double scale = 0.0;
    std::int64_t done = 0;
    std::int64_t kinks = 0;

    std::int64_t next = 0;  ///< the element that comes next

    /// Strides that have no factor in common with the volume visit each element once, and few of them are spread
    /// already.
    void advance() {
      const std::int64_t volume = content.shape().volume();
      std::int64_t stride = std::max<std::int64_t>(static_cast<std::int64_t>(0.618 * static_cast<double>(volume)), 1);
      while (std::gcd(stride, volume) != 1) ++stride;
      next = (next + stride) % volume;
      ++done;
    }
  };

  Comparison begin(ValueId variable, const Tensor& gradient, double at_content) const {
    const std::string& name = node_of(variable).name;
    Comparison comparison{variable, &gradient, is_input(variable) ? inputs_.find(name)->second : variables_->get(name),
                          0};
    comparison.most = std::min(comparison.content.shape().volume(), std::max<std::int64_t>(options_.most_elements, 1));
    comparison.scale = 1e-4 * std::abs(at_content);
    return comparison;
  }

  /// An element of each variable, then another one of each, until all are done or the time is.
  void check_in_turn(Execution& execution, std::vector<Comparison>& comparisons, double at_content,
                     std::int64_t of) const {
    std::int64_t done = 0;
    for (std::int64_t round = 0; done < of; ++round)
      for (Comparison& comparison : comparisons) {
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
        if (round > 0 && seconds > options_.seconds) return;
        if (comparison.done == comparison.most) continue;
        check_element(execution, comparison, at_content);
        ++done;
        if (options_.on_progress) options_.on_progress(done, of);
      }
  }

  /// How far the gradient of one element is off, and whether it lies at a kink.
  void check_element(Execution& execution, Comparison& comparison, double at_content) const {
    const std::int64_t index = comparison.next;
    const double exact = comparison.gradient->number(index);
    const double number = comparison.content.number(index);
    const auto evaluate_at = [&](double moved_by) {
      Tensor moved = comparison.content;
      moved.set_number(index, number + moved_by);
      set(execution, comparison.variable, moved);
      return evaluate(execution);
    };
    double error = std::numeric_limits<double>::infinity();
    bool is_kink = false;
    for (const double factor : {1.0, 10.0, 100.0, 0.1}) {
      const double step = factor * options_.step;
      const double above = evaluate_at(step);
      const double below = evaluate_at(-step);
      const double difference = (above - below) / (2.0 * step);
      if (const double here = std::abs(exact - difference); here < error) {
        error = here;
        comparison.scale = std::max({comparison.scale, std::abs(exact), std::abs(difference)});
      }
      if (error <= options_.tolerance * comparison.scale) break;
      is_kink = is_kink || lies_between(exact, (above - at_content) / step, (at_content - below) / step);
    }
    set(execution, comparison.variable, comparison.content);
    comparison.advance();
    if (is_kink && error > options_.tolerance * comparison.scale)
      ++comparison.kinks;
    else
      comparison.worst = std::max(comparison.worst, error);
  }

  /// Whether the slopes to either side are so far apart that they are two, and the gradient is one between them.
  static bool lies_between(double exact, double forward, double backward) {
    constexpr double least_part = 1e-3;  // curvature parts them by some 1e-5
    const double apart = std::abs(forward - backward);
    const double slack = 0.01 * apart;
    return apart > least_part * std::max(std::abs(forward), std::abs(backward)) &&
           exact >= std::min(forward, backward) - slack && exact <= std::max(forward, backward) + slack;
  }

  GradientCheck result_of(const Comparison& comparison) const {
    GradientCheck check{.input = node_of(comparison.variable).name,
                        .worst_error = comparison.worst == 0.0 ? 0.0 : comparison.worst / comparison.scale,
                        .elements = comparison.done,
                        .kinks = comparison.kinks};
    for (const double exact : comparison.gradient->as<double>())
      check.largest_gradient = std::max(check.largest_gradient, std::abs(exact));
    check.passed =
        check.worst_error <= options_.tolerance && check.largest_gradient > 0.0 && check.kinks < check.elements;
    return check;
  }

  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
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

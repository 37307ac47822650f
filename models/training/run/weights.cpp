#include "models/training/run/weights.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include "graph/base/error.h"

namespace weft {
namespace {

std::string average_name(const std::string& parameter) { return "average/" + parameter; }

/// The moving average of a parameter, if there is one, or the parameter.
TensorMap::const_iterator find_weight(const TensorMap& variables, const std::string& parameter) {
  const auto average = variables.find(average_name(parameter));
  return average != variables.end() ? average : variables.find(parameter);
}

template <typename Float>
void check_numbers(const std::string& name, std::span<const Float> elements) {
  const auto bad = std::ranges::find_if_not(elements, [](Float element) { return std::isfinite(element); });
  require(bad == elements.end(), "its '{}' is {} at index {}: such weights are of no use; take another checkpoint",
          name, bad == elements.end() ? Float{} : *bad, bad - elements.begin());
}

void check_numbers(const std::string& name, const Tensor& tensor) {
  if (tensor.dtype() == DType::f32) check_numbers(name, tensor.as<float>());
  if (tensor.dtype() == DType::f64) check_numbers(name, tensor.as<double>());
}

/// Adds the parameters that are missing, all zeros, so that no time goes into content that is replaced at once.
void add_blank(const Graph& graph, Variables& variables) {
  Graph blank("weights");
  for (const Value parameter : graph.parameters())
    blank.parameter(parameter.name(), parameter.shape(), Initializer::zeros(), parameter.dtype());
  variables.initialise(blank);
}

}  // namespace

void check_weights(const Graph& graph, const TensorMap& variables) {
  for (const Value parameter : graph.parameters()) {
    const auto at = find_weight(variables, parameter.name());
    require(at != variables.end(), "it lacks the model's parameter '{}' of type {}; it is of another model",
            parameter.name(), parameter.type());
    require(at->second.type() == parameter.type(), "its '{}' is {}, the model's is {}; it is of another model",
            at->first, at->second.type(), parameter.type());
    check_numbers(at->first, at->second);
  }
}

std::shared_ptr<Variables> load_weights(const Graph& graph, const TensorMap& variables) {
  check_weights(graph, variables);
  auto weights = std::make_shared<Variables>();
  add_blank(graph, *weights);
  for (const Value parameter : graph.parameters())
    weights->set(parameter.name(), find_weight(variables, parameter.name())->second);
  return weights;
}

void copy_averages(const Graph& graph, const Variables& from, Variables& to) {
  add_blank(graph, to);
  for (const Value parameter : graph.parameters()) to.set(parameter.name(), from.get(average_name(parameter.name())));
}

}  // namespace weft

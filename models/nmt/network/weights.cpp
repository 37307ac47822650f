#include "models/nmt/network/weights.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "graph/base/error.h"
#include "models/nmt/network/model.h"

namespace weft::nmt {

std::vector<ParameterInfo> list_parameters(const ModelConfig& config) {
  Graph graph("parameters");
  std::vector<ParameterInfo> list;
  for (const Value parameter : declare_parameters(graph, config).all()) {
    list.push_back({parameter.name(), parameter.type()});
  }
  return list;
}

std::int64_t count_parameters(const ModelConfig& config) {
  std::int64_t count = 0;
  for (const ParameterInfo& parameter : list_parameters(config)) count += parameter.type.shape.volume();
  return count;
}

namespace {

std::string average_name(const ParameterInfo& parameter) { return "average/" + parameter.name; }

/// The moving average of a parameter, if there is one, or the parameter.
TensorMap::const_iterator find_weight(const TensorMap& variables, const ParameterInfo& parameter) {
  const auto average = variables.find(average_name(parameter));
  return average != variables.end() ? average : variables.find(parameter.name);
}

void check_numbers(const std::string& name, const Tensor& tensor) {
  const std::span<const float> elements = tensor.as<float>();
  const auto bad = std::ranges::find_if_not(elements, [](float element) { return std::isfinite(element); });
  require(bad == elements.end(), "its '{}' is {} at index {}: these weights translate nothing; use another checkpoint",
          name, bad == elements.end() ? 0.0F : *bad, bad - elements.begin());
}

/// Adds the parameters that are missing, all zeros, so that no time goes into content that is replaced at once.
void add_blank(const std::vector<ParameterInfo>& parameters, Variables& variables) {
  Graph blank("weights");
  for (const ParameterInfo& parameter : parameters) {
    blank.parameter(parameter.name, parameter.type.shape, Initializer::zeros(), parameter.type.dtype);
  }
  variables.initialise(blank);
}

}  // namespace

void copy_averages(const ModelConfig& config, const Variables& from, Variables& to) {
  const std::vector<ParameterInfo> parameters = list_parameters(config);
  add_blank(parameters, to);
  for (const ParameterInfo& parameter : parameters) to.set(parameter.name, from.get(average_name(parameter)));
}

void check_weights(const ModelConfig& config, const TensorMap& variables) {
  for (const ParameterInfo& parameter : list_parameters(config)) {
    const auto at = find_weight(variables, parameter);
    require(at != variables.end(), "it lacks the model's parameter '{}' of type {}; it is of another model",
            parameter.name, parameter.type.to_string());
    require(at->second.type() == parameter.type, "its '{}' is {}, the model's is {}; it is of another model", at->first,
            at->second.type().to_string(), parameter.type.to_string());
    check_numbers(at->first, at->second);
  }
}

std::shared_ptr<Variables> load_weights(const ModelConfig& config, const TensorMap& variables) {
  check_weights(config, variables);
  const std::vector<ParameterInfo> parameters = list_parameters(config);
  auto weights = std::make_shared<Variables>();
  add_blank(parameters, *weights);
  for (const ParameterInfo& parameter : parameters)
    weights->set(parameter.name, find_weight(variables, parameter)->second);
  return weights;
}

}  // namespace weft::nmt

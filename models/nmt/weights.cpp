#include "models/nmt/weights.h"

#include "graph/error.h"
#include "models/nmt/model.h"

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

std::shared_ptr<Variables> load_weights(const ModelConfig& config, const TensorMap& variables) {
  const std::vector<ParameterInfo> parameters = list_parameters(config);
  Graph blank("weights");  // all zeros, so that no time goes into content that is replaced at once
  for (const ParameterInfo& parameter : parameters) {
    blank.parameter(parameter.name, parameter.type.shape, Initializer::zeros(), parameter.type.dtype);
  }
  auto weights = std::make_shared<Variables>();
  weights->initialise(blank);
  for (const ParameterInfo& parameter : parameters) {
    const auto at = variables.find(parameter.name);
    require(at != variables.end(), "it lacks the model's parameter '{}' of type {}; it is of another model",
            parameter.name, parameter.type.to_string());
    require(at->second.type() == parameter.type, "its '{}' is {}, the model's is {}; it is of another model",
            parameter.name, at->second.type().to_string(), parameter.type.to_string());
    weights->set(parameter.name, at->second);
  }
  return weights;
}

}  // namespace weft::nmt

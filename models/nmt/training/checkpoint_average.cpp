#include "models/nmt/training/checkpoint_average.h"

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "graph/base/error.h"
#include "models/nmt/network/weights.h"

namespace weft::nmt {
namespace {

/// The checkpoints that are meant, by step.
std::vector<std::string> resolved(const RunDirectory& run, std::span<const std::string> names) {
  std::vector<std::string> resolved;
  for (const std::string& name : names) {
    require(!RunDirectory::is_average(name), "'{}' is an average itself; name the checkpoints that it is to be of",
            name);
    resolved.push_back(run.resolve(name));
  }
  require(resolved.size() >= 2, "an average is of two checkpoints at least, there is {}: train with a larger --keep",
          resolved.empty() ? "none" : "one");
  const std::vector<std::string> all = run.checkpoints();
  std::ranges::sort(resolved, {}, [&](const std::string& name) { return std::ranges::find(all, name) - all.begin(); });
  const auto twice = std::ranges::adjacent_find(resolved);
  require(twice == resolved.end(), "{} is named twice", twice == resolved.end() ? "" : *twice);
  return resolved;
}

std::shared_ptr<Variables> weights_of(const RunDirectory& run, const std::string& name, const Checkpoint& checkpoint) {
  try {
    return load_weights(run.config().model, checkpoint.variables);
  } catch (const Error& error) {
    fail("{}: {}", run.checkpoint_path(name).string(), error.what());
  }
}

}  // namespace

Checkpoint average_checkpoints(const RunDirectory& run, std::span<const std::string> names) {
  const std::vector<std::string> checkpoints = resolved(run, names);
  const std::vector<ParameterInfo> parameters = list_parameters(run.config().model);
  std::map<std::string, std::vector<double>> sums;
  Checkpoint average;
  for (const std::string& name : checkpoints) {
    const Checkpoint checkpoint = run.load(name);
    const std::shared_ptr<Variables> weights = weights_of(run, name, checkpoint);
    for (const ParameterInfo& parameter : parameters) {
      const auto elements = weights->get(parameter.name).as<float>();
      std::vector<double>& sum = sums[parameter.name];
      sum.resize(elements.size());
      std::ranges::transform(sum, elements, sum.begin(), [](double a, float b) { return a + static_cast<double>(b); });
    }
    average.state = checkpoint.state;
  }
  const auto count = static_cast<double>(checkpoints.size());
  for (const ParameterInfo& parameter : parameters) {
    Tensor mean(parameter.type);
    std::ranges::transform(sums.at(parameter.name), mean.as<float>().begin(),
                           [count](double sum) { return static_cast<float>(sum / count); });
    average.variables.emplace(parameter.name, std::move(mean));
  }
  return average;
}

}  // namespace weft::nmt

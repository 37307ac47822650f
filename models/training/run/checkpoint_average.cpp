#include "models/training/run/checkpoint_average.h"

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "graph/base/error.h"
#include "models/training/run/weights.h"

namespace weft {
namespace {

/// The checkpoints that are meant, by step.
std::vector<std::string> by_step(const CheckpointFolder& checkpoints, std::span<const std::string> names) {
  std::vector<std::string> resolved;
  for (const std::string& name : names) {
    require(!CheckpointFolder::is_average(name), "'{}' is an average itself; name the checkpoints that it is to be of",
            name);
    resolved.push_back(checkpoints.resolve(name));
  }
  require(resolved.size() >= 2, "an average is of two checkpoints at least, there is {}: keep more of them",
          resolved.empty() ? "none" : "one");
  const std::vector<std::string> all = checkpoints.names();
  std::ranges::sort(resolved, {}, [&](const std::string& name) { return std::ranges::find(all, name) - all.begin(); });
  const auto twice = std::ranges::adjacent_find(resolved);
  require(twice == resolved.end(), "{} is named twice", twice == resolved.end() ? "" : *twice);
  return resolved;
}

std::shared_ptr<Variables> weights_of(const CheckpointFolder& checkpoints, const std::string& name,
                                      const Checkpoint& checkpoint, const Graph& graph) {
  try {
    return load_weights(graph, checkpoint.variables);
  } catch (const Error& error) {
    fail("{}: {}", checkpoints.file_of(name).string(), error.what());
  }
}

}  // namespace

Checkpoint average_checkpoints(const CheckpointFolder& checkpoints, std::span<const std::string> names,
                               const Graph& graph) {
  const std::vector<std::string> averaged = by_step(checkpoints, names);
  std::map<std::string, std::vector<double>> sums;
  Checkpoint average;
  for (const std::string& name : averaged) {
    const Checkpoint checkpoint = checkpoints.load(name);
    const std::shared_ptr<Variables> weights = weights_of(checkpoints, name, checkpoint, graph);
    for (const Value parameter : graph.parameters()) {
      const Tensor& weight = weights->get(parameter.name());
      std::vector<double>& sum = sums[parameter.name()];
      sum.resize(static_cast<std::size_t>(weight.shape().volume()));
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weight.number(static_cast<std::int64_t>(i));
    }
    average.state = checkpoint.state;
  }
  const auto count = static_cast<double>(averaged.size());
  for (const Value parameter : graph.parameters()) {
    Tensor mean(parameter.type());
    const std::vector<double>& sum = sums.at(parameter.name());
    for (std::size_t i = 0; i < sum.size(); ++i) mean.set_number(static_cast<std::int64_t>(i), sum[i] / count);
    average.variables.emplace(parameter.name(), std::move(mean));
  }
  return average;
}

}  // namespace weft

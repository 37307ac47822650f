#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backends/runtime/variables.h"
#include "graph/tensor.h"
#include "models/nmt/config/config.h"

namespace weft::nmt {

/// Throws Error, before anything is allocated, unless a checkpoint's variables can be the model's weights: names the
/// parameter that is missing, of another type (with both), or holds what is no number.
void check_weights(const ModelConfig& config, const TensorMap& variables);

/// The parameters of the model with the content that a checkpoint's variables give them, which is that of their moving
/// averages if these are there; without the optimiser's moments. Throws Error as check_weights does.
std::shared_ptr<Variables> load_weights(const ModelConfig& config, const TensorMap& variables);

/// Copies the moving averages that training keeps of the parameters, under the parameters' names.
void copy_averages(const ModelConfig& config, const Variables& from, Variables& to);

/// A parameter's name and type, in the order of their declaration.
struct ParameterInfo {
  std::string name;
  TensorType type;
};
std::vector<ParameterInfo> list_parameters(const ModelConfig& config);

/// The number of trained numbers.
std::int64_t count_parameters(const ModelConfig& config);

}  // namespace weft::nmt

#pragma once

#include <memory>
#include <span>
#include <utility>

#include "models/nmt/training/translation_task.h"
#include "models/training/step_runner.h"
#include "tests/models/nmt/network/tiny_model.h"

namespace weft::nmt {

/// How a config trains those variables.
inline TrainerOptions training_of(const Config& config, std::shared_ptr<Variables> variables) {
  TrainerOptions options = trainer_options(config.training);
  options.variables = std::move(variables);
  return options;
}

/// The steps of a training on the examples, which must live as long.
struct TinyTraining : StepRunner {
  TinyTraining(const Config& config, std::span<const Example> examples, std::shared_ptr<Variables> variables)
      : TinyTraining(config, examples, training_of(config, std::move(variables))) {}
  TinyTraining(const Config& config, std::span<const Example> examples, const TrainerOptions& options)
      : StepRunner(training_task(config, examples), options) {}
};

}  // namespace weft::nmt

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "models/training/training_task.h"
#include "passes/pipeline.h"

namespace weft {

/// Writes one step of training to a folder, so that `weft run` can run it again, to the same bits, on this machine or
/// another one of its kind:
///
///     graph.json            the training step as declared
///     inputs.safetensors    the batch and the learning rate
///     weights.safetensors   parameters and moments before the step
///     outputs.safetensors   what it gave
///     updated.safetensors   parameters and moments after it
///     kernels.json          which kernels ran which products, unless all went by the rule
///
/// Outputs and updated are missing when the step failed. When several batches make a step
/// (TrainingTask::accumulate), it is the last of them, without the update behind it.
class StepDump {
 public:
  /// `graph`: the task's. `step` counts from 1, over all epochs. `precision`: the trainer's. `kernels`: the table that
  /// the backend has, as JSON; empty: none. Makes the folder, and throws Error when that fails.
  StepDump(std::function<Graph(const TrainingTask::Shape&)> graph, std::filesystem::path folder, std::int64_t step,
           Precision precision = Precision::f32, std::string kernels = {});

  /// To be called as the trainer's observer; do nothing for other steps. Throw Error when a file cannot be written.
  void before(std::int64_t step, const TrainingTask::Shape& shape, const Execution& execution) const;
  void after(std::int64_t step, const Execution& execution) const;

  std::int64_t step() const { return step_; }
  /// The command that runs the step again and compares.
  std::string replay_command() const;

 private:
  std::string path(const char* name) const { return (folder_ / name).string(); }

  std::function<Graph(const TrainingTask::Shape&)> graph_;
  std::filesystem::path folder_;
  std::int64_t step_;
  Precision precision_;
  std::string kernels_;
};

}  // namespace weft

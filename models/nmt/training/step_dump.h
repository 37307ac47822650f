#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "models/nmt/config/config.h"
#include "models/nmt/training/trainer.h"

namespace weft::nmt {

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
/// Outputs and updated are missing when the step failed. When several batches make a step (TrainingConfig::accumulate),
/// it is the last of them, without the update behind it.
class StepDump {
 public:
  /// `step` counts from 1, over all epochs; `kernels`: the trainer's. Makes the folder, and throws Error when that
  /// fails.
  StepDump(const Config& config, std::filesystem::path folder, std::int64_t step,
           std::shared_ptr<const onednn::KernelSelection> kernels = {});

  /// To be called as the trainer's observer; do nothing for other steps. Throw Error when a file cannot be written.
  void before(std::int64_t step, const BatchShape& shape, const Execution& execution) const;
  void after(std::int64_t step, const Execution& execution) const;

  std::int64_t step() const { return step_; }
  /// The command that runs the step again and compares.
  std::string replay_command() const;

 private:
  std::string path(const char* name) const { return (folder_ / name).string(); }

  Config config_;
  std::filesystem::path folder_;
  std::int64_t step_;
  std::shared_ptr<const onednn::KernelSelection> kernels_;
};

}  // namespace weft::nmt

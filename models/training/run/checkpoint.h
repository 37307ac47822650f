#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "backends/runtime/variables.h"
#include "graph/io/safetensors.h"
#include "graph/tensor.h"
#include "models/training/training_state.h"

namespace weft {

/// Training as it was after some step.
struct Checkpoint {
  TensorMap variables;  ///< weights and optimiser moments, by the graph's names
  TrainingState state;
  bool says_provenance = true;  ///< when it was read: CheckpointFormat::says_provenance
};

/// Which files are checkpoints of a program: safetensors whose metadata has the format, the state, and what the program
/// says of what it trained with.
struct CheckpointFormat {
  std::string program = "weft";  ///< that writes them, as the metadata and messages name it
  std::int64_t version = 1;      ///< of what is written; this one and all before it are read
  /// The first version that says what gives weights their meaning (CheckpointFile::provenance).
  std::int64_t says_provenance = 1;
  /// What is measured of an epoch (TrainingState::best).
  std::vector<std::string> measures = {"valid_loss"};
  /// Adds what metadata of an earlier version lacks.
  std::function<void(Metadata& metadata)> upgrade = {};
  /// What gives the weights their meaning, for with other settings or words they would make nonsense: written to every
  /// checkpoint, in words that begin with provenance_prefix. What they say is the program's.
  Metadata provenance = {};
  /// Throws Error when a checkpoint with such words cannot be used now.
  std::function<void(const Metadata& trained)> check_provenance = {};
};

/// A checkpoint as it was read.
struct CheckpointFile {
  Checkpoint checkpoint;
  Metadata provenance = {};  ///< CheckpointFormat::provenance, as it was when the checkpoint was written
};
inline constexpr const char* provenance_prefix = "trained.";

/// Writes the file whole or not at all: under a temporary name, which is synced and renamed.
void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint, const CheckpointFormat& format);

/// Throws Error, with the path, when the file is missing, damaged, or no checkpoint of that format, and says which of
/// it.
CheckpointFile load_checkpoint(const std::filesystem::path& path, const CheckpointFormat& format);

/// The warning that a checkpoint does not say what it was trained with.
std::string unknown_provenance(const std::filesystem::path& checkpoint);

/// Sets the variables, which must all be there, to those of the checkpoint. Throws Error when these are others, and when
/// it was trained with another seed.
void restore_variables(const Checkpoint& checkpoint, std::uint64_t seed, Variables& variables);

}  // namespace weft

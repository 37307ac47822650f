#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "models/training/run/checkpoint.h"

namespace weft {

/// What a message tells the caller to do.
struct CheckpointAdvice {
  std::string train = "train first";                              ///< when there is no checkpoint
  std::string average = "write an average of checkpoints first";  ///< when there is none
};

/// The checkpoints in the folder of a run:
///
///     checkpoint-<step>.safetensors   weights, optimiser moments, and how far training had come
///     latest, best                    each the name of a checkpoint
///     averaged.safetensors            the mean weights of some checkpoints
///
/// Each is written whole or not at all, and in such an order that a run which is stopped anywhere can be resumed.
class CheckpointFolder {
 public:
  /// The folder need not be there before the first save.
  explicit CheckpointFolder(std::filesystem::path folder, CheckpointFormat format = {}, CheckpointAdvice advice = {});

  const std::filesystem::path& path() const { return folder_; }

  /// Writes checkpoint-<step>.safetensors, points `latest` to it, and `best` when asked; then removes older checkpoints
  /// but the newest `keep` and the best.
  void save(const Checkpoint& checkpoint, bool best, std::size_t keep = 3) const;
  /// Removes those, as save() does; for what one that was killed has not come to.
  void prune(std::size_t keep) const;
  /// The name of the checkpoint that save() writes after that many steps.
  static std::string name_of(std::int64_t step);
  /// The names of all checkpoints, by step: "checkpoint-120", ...
  std::vector<std::string> names() const;

  /// The name of the average of some checkpoints, with which one can use the model, but not go on training it.
  static constexpr std::string_view averaged = "averaged";
  /// Writes averaged.safetensors, in place of the one before.
  void save_average(const Checkpoint& average) const;
  bool has_average() const;
  /// Whether that name of a checkpoint means the average.
  static bool is_average(std::string_view which);

  /// The checkpoint that "latest", "best", or its own name means; "averaged" is one as well. Throws Error that lists
  /// what there is.
  std::string resolve(std::string_view which) const;
  /// The file of a checkpoint of that very name, there or not.
  std::filesystem::path file_of(std::string_view name) const;
  /// That of the checkpoint that resolve() finds.
  std::filesystem::path checkpoint_path(std::string_view which) const { return file_of(resolve(which)); }
  /// Throws Error, with the path and what to do, when the checkpoint is not there, damaged, of something else, or was
  /// trained with what is no longer there (CheckpointFormat::check_provenance).
  Checkpoint load(std::string_view which) const;

  /// Whether a file of that name is one of those above.
  static bool is_own(std::string_view file_name);

 private:
  void point_to(const std::string& name, bool best) const;

  std::filesystem::path folder_;
  CheckpointFormat format_;
  CheckpointAdvice advice_;
};

}  // namespace weft

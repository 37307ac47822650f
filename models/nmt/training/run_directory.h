#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/onednn/products/kernel_selection.h"
#include "graph/io/safetensors.h"
#include "graph/tensor.h"
#include "models/nmt/config/config.h"
#include "models/nmt/data/corpus.h"
#include "models/nmt/text/vocabulary.h"
#include "models/training/run/checkpoint_folder.h"
#include "models/training/run/run_lock.h"
#include "models/training/training_state.h"

namespace weft::nmt {

using weft::Checkpoint;
using weft::TrainingState;

// What is measured of an epoch (TrainingState::best).
inline constexpr const char* valid_loss = "valid_loss";  ///< per token
inline constexpr const char* valid_bleu = "valid_bleu";  ///< 0 to 100

/// The sole right to write into the folder of a run (run_lock.h); throws Error that speaks of `weft-nmt train`.
RunLock lock_run(const std::filesystem::path& run);

/// The pairs of a run: what it is trained on, and what is kept out of training. Not normalised; `test` and `valid` may
/// be empty.
struct CorpusParts {
  std::vector<Pair> train, valid, test;
};

/// The folder of one training run, with its checkpoints (checkpoint_folder.h):
///
///     config.json                     all settings
///     vocab.source.txt, vocab.target.txt
///     subwords.*                      what cuts words into pieces, if they are (vocabulary_files.h)
///     train.tsv, valid.tsv, test.tsv  the sentences
///     checkpoint-<step>.safetensors   weights, optimiser moments, and how far training had come
///     latest, best                    each the name of a checkpoint
///     averaged.safetensors            the mean weights of some checkpoints (checkpoint_average.h)
///     log.jsonl                       one JSON object a line
///     samples.jsonl                   one JSON object an epoch: sample translations
///     graph.json                      the training graph
///     kernels.json                    which kernels run which products, unless all go by the rule
///     lock                            while it is trained (run_lock.h)
///
/// Every file but log and samples is written whole or not at all, and config.json last, so what looks like a run is
/// one.
class RunDirectory {
 public:
  /// Makes the folder and writes config, vocabularies and sentences. Throws Error when it holds a run already, unless
  /// `overwrite`; then that run's files are removed, and no others.
  static RunDirectory create(const std::filesystem::path& path, const Config& config, const Vocabulary& source,
                             const Vocabulary& target, bool overwrite, const CorpusParts& parts = {});
  /// Throws Error that says what is missing when it is no run directory.
  static RunDirectory open(const std::filesystem::path& path);
  /// Throws Error when one of the files is among those that a run in that folder has, or `create` would remove or
  /// write: by whatever path or link. What a run is made from must not go while it is made.
  static void require_apart(const std::filesystem::path& path, std::span<const std::filesystem::path> files);
  /// Throws Error when `create` would refuse to make a run there: to be told before long work, not after it.
  static void require_free(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const Config& config() const { return config_; }
  const Vocabulary& source() const { return source_; }
  const Vocabulary& target() const { return target_; }

  /// Writes the config anew, for what may change when training goes on.
  void set_config(const Config& config);
  /// The sentences that the run keeps.
  CorpusParts parts() const;

  /// Writes checkpoint-<step>.safetensors, points `latest` to it, and `best` when asked; then removes older checkpoints
  /// but the newest `keep` and the best.
  void save(const Checkpoint& checkpoint, bool best, std::size_t keep = 3);
  /// Removes those, as save() does; for what one that was killed has not come to.
  void prune(std::size_t keep) const;
  /// The name of the checkpoint that save() writes after that many steps.
  static std::string checkpoint_name(std::int64_t step) { return CheckpointFolder::name_of(step); }
  /// The names of all checkpoints, by step: "checkpoint-120", ...
  std::vector<std::string> checkpoints() const { return checkpoints_.names(); }
  /// Whether there is any checkpoint.
  bool has_checkpoint() const { return !checkpoints().empty(); }
  /// The name of the average of some checkpoints.
  static constexpr std::string_view averaged = CheckpointFolder::averaged;
  /// Writes averaged.safetensors, in place of the one before.
  void save_average(const Checkpoint& average);
  /// Whether there is one.
  bool has_average() const { return checkpoints_.has_average(); }
  /// Whether that name of a checkpoint means the average, with which one can translate, but not go on.
  static bool is_average(std::string_view which) { return CheckpointFolder::is_average(which); }
  /// The checkpoint that "latest", "best", or its own name means; "averaged" is one as well. Throws Error that lists
  /// what there is.
  std::string resolve(std::string_view which) const { return checkpoints_.resolve(which); }
  std::filesystem::path checkpoint_path(std::string_view which) const { return checkpoints_.file_of(resolve(which)); }
  /// Throws Error, with the path and what to do, when the checkpoint is not there, damaged, of something else, or was
  /// trained with other settings or vocabularies than the run has now (provenance.h).
  Checkpoint load(std::string_view which) const;

  /// Appends one JSON object (a line) to log.jsonl.
  void log(std::string_view json_line) const;
  /// Likewise to samples.jsonl.
  void add_samples(std::string_view json_line) const;
  /// The content of both files; empty when there is none. Their last line may be unfinished while training goes on.
  std::string read_log() const;
  std::string read_samples() const;
  void write_graph(std::string_view json) const;

  /// The kernels that training repeats; nullptr when it goes by the rule (`kernels` default). Throws Error that says
  /// what to do when their table is missing or damaged.
  std::shared_ptr<const onednn::KernelSelection> kernels() const;
  bool has_kernels() const;
  std::filesystem::path kernels_path() const;
  void write_kernels(const onednn::KernelSelection& selection) const;

 private:
  RunDirectory(std::filesystem::path path, Config config, Vocabulary source, Vocabulary target);

  std::filesystem::path path_;
  CheckpointFolder checkpoints_;
  Config config_;
  Vocabulary source_;
  Vocabulary target_;
};

}  // namespace weft::nmt

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
#include "models/nmt/data/pair_sequence.h"
#include "models/nmt/text/vocabulary.h"
#include "models/nmt/training/part_files.h"
#include "models/training/run/checkpoint_folder.h"
#include "models/training/run/run_lock.h"
#include "models/training/training_state.h"

namespace weft::nmt {

using weft::Checkpoint;
using weft::TrainingState;
using weft::valid_loss;

inline constexpr const char* valid_bleu = "valid_bleu";  ///< what is measured of an epoch beside valid_loss: 0 to 100

/// The sole right to write into the folder of a run (run_lock.h); throws Error that speaks of `weft-nmt train`.
RunLock lock_run(const std::filesystem::path& run);

/// The folder of one training run: its checkpoints, each with what it was trained with (provenance.h), which load()
/// compares with what the run has now, and beside them
///
///     config.json                     all settings
///     vocab.source.txt, vocab.target.txt
///     subwords.*                      what cuts words into pieces, if they are (vocabulary_files.h)
///     train.tsv, valid.tsv, test.tsv  the sentences
///     train.ids, valid.ids            the same as ids (encoding.h)
///     log.jsonl                       one JSON object a line
///     samples.jsonl                   one JSON object an epoch: sample translations
///     graph.json                      the training graph
///     kernels.json                    which kernels run which products, unless all go by the rule
///     lock                            while it is trained (run_lock.h)
///
/// Every file but log and samples is written whole or not at all, and config.json last, so what looks like a run is
/// one.
class RunDirectory : public CheckpointFolder {
 public:
  /// Makes the folder, writes config and vocabularies, and gives the sentences' files their names. Throws Error when it
  /// holds a run already, unless `overwrite`; then that run's files are removed, and no others.
  static RunDirectory create(const std::filesystem::path& path, const Config& config, const Vocabulary& source,
                             const Vocabulary& target, bool overwrite, PartFiles* parts = nullptr);
  /// Throws Error that says what is missing when it is no run directory.
  static RunDirectory open(const std::filesystem::path& path);
  /// Throws Error when one of the files is among those that a run in that folder has, or `create` would remove or
  /// write: by whatever path or link. What a run is made from must not go while it is made.
  static void require_apart(const std::filesystem::path& path, std::span<const std::filesystem::path> files);
  /// Throws Error when `create` would refuse to make a run there: to be told before long work, not after it.
  static void require_free(const std::filesystem::path& path);

  const Config& config() const { return config_; }
  const Vocabulary& source() const { return source_; }
  const Vocabulary& target() const { return target_; }

  /// Writes the config anew, for what may change when training goes on.
  void set_config(const Config& config);
  /// The sentences of a part that the run keeps; none if there is no such file.
  PairSequence pairs(Part part) const { return pairs_in_file(pairs_path(part)); }
  std::filesystem::path pairs_path(Part part) const { return path() / part_file(part); }
  /// Those of it that are tested on, in memory.
  std::vector<Pair> test_pairs() const;
  /// The file of a part's ids, there or not.
  std::filesystem::path ids_path(Part part) const;

  /// Removes what was being written to the run in that folder when its writer was killed.
  static void clear_unfinished(const std::filesystem::path& path);

  /// Appends one JSON object (a line) to samples.jsonl.
  void add_samples(std::string_view json_line) const;
  /// The content of that file; empty when there is none. Its last line may be unfinished while training goes on.
  std::string read_samples() const;
  void write_graph(std::string_view json) const;

  /// The kernels that training repeats; nullptr when it goes by the rule (`kernels` default). Throws Error that says
  /// what to do when their table is missing or damaged.
  std::shared_ptr<const onednn::KernelSelection> kernels() const;
  bool has_kernels() const;
  std::filesystem::path kernels_path() const;
  void write_kernels(const onednn::KernelSelection& selection) const;

 private:
  RunDirectory(const std::filesystem::path& path, Config config, Vocabulary source, Vocabulary target);

  Config config_;
  Vocabulary source_;
  Vocabulary target_;
};

}  // namespace weft::nmt

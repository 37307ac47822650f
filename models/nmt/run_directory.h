#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "graph/tensor.h"
#include "models/nmt/config.h"
#include "models/nmt/vocabulary.h"

namespace weft::nmt {

/// How far training has come: kept in a checkpoint's metadata, so that a resumed run goes on to the same bits.
struct TrainingState {
  std::int64_t step = 0;            ///< optimiser steps done
  std::int64_t epoch = 0;           ///< epochs finished
  std::int64_t batch_in_epoch = 0;  ///< batches done in the epoch after those
  double epoch_loss_sum = 0;        ///< over those batches: loss times tokens
  std::int64_t epoch_tokens = 0;    ///< over those batches
  double best_valid_loss = 0;       ///< per token; 0: none yet
  std::uint64_t seed = 1;
};

struct Checkpoint {
  TensorMap variables;  ///< weights and optimiser moments, by the graph's names
  TrainingState state;
};

/// The folder of one training run: config.json, vocab.source.txt, vocab.target.txt, checkpoint-<step>.safetensors, the
/// files `latest` and `best` (each the name of a checkpoint), log.jsonl, graph.json. Every file is written whole or not
/// at all.
class RunDirectory {
 public:
  /// Makes the folder and writes config and vocabularies. Throws Error when it holds a run already, unless `overwrite`.
  static RunDirectory create(const std::filesystem::path& path, const Config& config, const Vocabulary& source,
                             const Vocabulary& target, bool overwrite);
  /// Throws Error that says what is missing when it is no run directory.
  static RunDirectory open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const Config& config() const { return config_; }
  const Vocabulary& source() const { return source_; }
  const Vocabulary& target() const { return target_; }

  /// Writes checkpoint-<step>.safetensors, points `latest` to it, and `best` when asked; then removes older checkpoints
  /// but the newest `keep` and the best.
  void save(const Checkpoint& checkpoint, bool best, std::size_t keep = 3);
  /// "latest", "best", or the name of a checkpoint. Throws Error that lists what there is.
  Checkpoint load(std::string_view which) const;
  /// Whether there is any checkpoint.
  bool has_checkpoint() const;
  /// Appends one JSON object (a line) to log.jsonl.
  void log(std::string_view json_line) const;
  void write_graph(std::string_view json) const;

 private:
  RunDirectory(std::filesystem::path path, Config config, Vocabulary source, Vocabulary target);
  std::filesystem::path path_;
  Config config_;
  Vocabulary source_;
  Vocabulary target_;
};

}  // namespace weft::nmt

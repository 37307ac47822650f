#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/nmt/normalise.h"
#include "ops/ops.h"

namespace weft::nmt {

/// Which mathematics: see docs/translator.md.
enum class Variant {
  masked,    ///< padding changes nothing; the decoder's state is carried from step to step
  tutorial,  ///< to the letter: padding is read and attended to, the decoder's GRU starts from zeros at every step
};
std::string_view to_string(Variant variant);
/// Throws Error that lists the names, here and below.
Variant parse_variant(std::string_view name);

std::string_view to_string(LossNormalisation normalisation);
LossNormalisation parse_loss_normalisation(std::string_view name);

/// What the graph of the translator depends on.
struct ModelConfig {
  std::int64_t source_vocabulary = 0;  ///< with padding and <unk>
  std::int64_t target_vocabulary = 0;
  std::int64_t embedding = 256;
  std::int64_t units = 1024;
  Variant variant = Variant::masked;

  friend bool operator==(const ModelConfig&, const ModelConfig&) = default;
};

/// How it is trained.
struct TrainingConfig {
  std::int64_t batch = 64;
  std::int64_t epochs = 10;
  double learning_rate = 1e-3;
  double clip_norm = 5.0;  ///< of all gradients together; 0: no clipping
  double label_smoothing = 0.0;
  LossNormalisation normalisation = LossNormalisation::token_mean;
  std::uint64_t seed = 1;
  std::int64_t checkpoint_every = 2;  ///< epochs
};

/// Everything that `weft-nmt train` needs to know beside its data, kept as config.json in the run directory.
struct Config {
  std::string preset = "tutorial";
  ModelConfig model;
  TrainingConfig training;
  Normaliser normaliser = Normaliser::tutorial;
  std::int64_t vocabulary_limit = 0;  ///< words kept a language; 0: all
};

/// "tutorial": the sizes of the tutorial. "small": for the built-in corpus, trained in two minutes. Throws Error that
/// lists the names.
Config preset(std::string_view name);
std::vector<std::string_view> preset_names();

/// As JSON text and back. Throws Error, with `origin` (a path) before the message, for what is missing, unknown or out
/// of range.
std::string to_json(const Config& config);
Config config_from_json(std::string_view text, std::string_view origin);
/// Throws Error that names the first setting that is out of range.
void validate(const Config& config);

}  // namespace weft::nmt

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/layers/recurrent.h"
#include "models/nmt/text/normalise.h"
#include "models/nmt/text/subwords.h"
#include "models/training/schedule.h"
#include "ops/ops.h"
#include "passes/pass.h"

namespace weft {
class Json;
}

namespace weft::nmt {

/// The names of an enum's values, as settings, files and messages have them.
template <typename Enum>
std::vector<std::string_view> names_of();

/// Which mathematics: see docs/translator.md.
enum class Variant {
  masked,    ///< padding changes nothing; the decoder's state is carried from step to step
  tutorial,  ///< to the letter: padding is read and attended to, the decoder's GRU starts from zeros at every step
};
std::string_view to_string(Variant variant);
/// Throws Error that lists the names, here and below.
Variant parse_variant(std::string_view name);

/// How the decoder reads the source: models/nmt/network/attention.h has the formulas.
enum class AttentionKind {
  additive,
  dot,
  general,
  location,
  hard,  ///< one position, sampled while it is trained
  none,  ///< a fixed vector
};
std::string_view to_string(AttentionKind attention);
AttentionKind parse_attention(std::string_view name);

/// Which recurrent cell the encoder and the decoder have.
using layers::CellKind;
std::string_view to_string(CellKind cell);
CellKind parse_cell(std::string_view name);

std::string_view to_string(LossNormalisation normalisation);
LossNormalisation parse_loss_normalisation(std::string_view name);

/// How a corpus is cut into what is trained on and what is kept out of training.
enum class SplitKind {
  leak_free,  ///< pairs that share a sentence stay in one part
  random,     ///< pair by pair, as the tutorial does
};
std::string_view to_string(SplitKind split);
SplitKind parse_split_kind(std::string_view name);

/// What it is trained on: the built-in corpus, a corpus that is split, or files that are split already.
struct DataConfig {
  bool builtin = false;
  std::string corpus;  ///< its name (corpus.h), or empty, here and below
  std::string train;   ///< with `valid`, and maybe `test`
  std::string valid;
  std::string test;
  std::string columns;           ///< of all these files, if they are chosen (CorpusFormat)
  std::int64_t limit = 0;        ///< pairs that are read of a corpus; 0: all
  std::int64_t max_length = 64;  ///< tokens on either side; longer pairs are left out
  SplitKind split = SplitKind::leak_free;
  double valid_fraction = 0.1;
  double test_fraction = 0.1;
};

/// What the graph of the translator depends on.
struct ModelConfig {
  std::int64_t source_vocabulary = 0;  ///< with padding and <unk>
  std::int64_t target_vocabulary = 0;
  std::int64_t embedding = 256;
  std::int64_t units = 1024;
  Variant variant = Variant::masked;
  AttentionKind attention = AttentionKind::additive;
  std::int64_t attention_positions = 64;  ///< that attention by location has weights for
  CellKind cell = CellKind::gru;
  std::int64_t layers = 1;       ///< of the encoder, and of the decoder
  bool bidirectional = false;    ///< the encoder reads in both directions
  bool self_attention = false;   ///< the encoder attends to its own states (models/nmt/network/self_attention.h)
  bool tied_embeddings = false;  ///< words are scored by the vectors that the decoder reads (word_logits)

  friend bool operator==(const ModelConfig&, const ModelConfig&) = default;
};

/// What the model is, in one line: "bidirectional LSTM encoder and LSTM decoder of 2 layers, general attention".
std::string describe_system(const ModelConfig& config);
/// Throws Error, naming both settings, when they make no sense together.
void check_model(const ModelConfig& config);

/// What makes an epoch better than another one.
enum class BestBy {
  loss,  ///< a lower loss of the validation sentences
  bleu,  ///< a higher BLEU of their translations
};
std::string_view to_string(BestBy measure);
BestBy parse_best_by(std::string_view name);

/// What dropout sets to 0 while training, each a share in [0, 1).
struct DropoutConfig {
  double embedding = 0.0;  ///< of the words' vectors, on both sides
  double layers = 0.0;     ///< of what a recurrent layer reads of the one below
  double context = 0.0;    ///< of what the attention gives the decoder
  double output = 0.0;     ///< of the decoder's state, before the logits
  double recurrent = 0.0;  ///< of the states before the recurrent products: the same elements at every step

  bool any() const { return embedding > 0 || layers > 0 || context > 0 || output > 0 || recurrent > 0; }
};

using weft::Schedule;
std::string_view to_string(Schedule schedule);
Schedule parse_schedule(std::string_view name);

/// What matrix products of a training step take their factors in; validation and translations do not depend on it.
enum class TrainingPrecision {
  f32,
  bf16,       ///< rounded to it, and added in f32
  automatic,  ///< "auto": bf16 where the processor has instructions for it; a run has what that was
};
std::string_view to_string(TrainingPrecision precision);
TrainingPrecision parse_training_precision(std::string_view name);

using weft::Precision;
Precision parse_precision(std::string_view name);

// TrainingConfig::kernels is one of these words, or the path of a table.
inline constexpr std::string_view default_kernels = "default";   ///< by the rule
inline constexpr std::string_view measured_kernels = "measure";  ///< timed before the first step

/// How it is trained.
struct TrainingConfig {
  std::int64_t batch = 64;
  std::int64_t length_step = 1;  ///< lengths count as the next multiple of it
  std::int64_t accumulate = 1;   ///< batches that make one update, a step
  std::int64_t epochs = 10;
  double learning_rate = 1e-3;
  Schedule schedule = Schedule::constant;
  std::int64_t warmup = 0;            ///< steps
  double decay = 0.5;                 ///< of the learning rate
  std::int64_t plateau_patience = 0;  ///< epochs without a better one before a decay
  double average = 0.0;               ///< of the weights: the decay of their moving average; 0: none is kept
  double weight_decay = 0.0;          ///< of matrices, times the learning rate: AdamW
  double clip_norm = 5.0;             ///< of all gradients together; 0: no clipping
  double label_smoothing = 0.0;
  DropoutConfig dropout = {};
  LossNormalisation normalisation = LossNormalisation::token_mean;
  std::int64_t monte_carlo_samples = 1;  ///< of hard attention, here and below: sequences of positions a sentence
  double expected_attention = 0.5;       ///< share of those that take the expectation and draw nothing
  double entropy_weight = 0.01;          ///< of the distributions that positions are drawn from
  double baseline_decay = 0.9;           ///< of the moving baseline
  std::uint64_t seed = 1;
  TrainingPrecision precision = TrainingPrecision::f32;
  Precision communicate = Precision::f32;  ///< what processes round the gradients of large parameters to on their way
  std::string kernels =
      std::string(default_kernels);    ///< of products: by the rule, measured, or a table's path (kernel_choice.h)
  std::int64_t checkpoint_every = 2;   ///< epochs
  std::int64_t keep = 3;               ///< checkpoints, beside the best one
  BestBy best_by = BestBy::loss;       ///< which checkpoint is the best
  std::int64_t patience = 0;           ///< epochs without a better one after which training ends; 0: never
  std::int64_t valid_sentences = 500;  ///< to translate after each epoch; 0: none
  std::int64_t samples = 6;            ///< translations to keep of each epoch
};

LearningRateSchedule learning_rate_schedule(const TrainingConfig& training);

/// Everything that `weft-nmt train` needs to know, kept as config.json in the run directory. models/nmt/config/settings.h has
/// the name and the range of each member.
struct Config {
  std::string preset = "tutorial";
  std::string source_language = "fr";  ///< BCP 47 tags (language.h), here and below
  std::string target_language = "en";
  DataConfig data;
  ModelConfig model;
  TrainingConfig training;
  Normaliser normaliser = Normaliser::tutorial;
  std::int64_t vocabulary_limit = 0;  ///< words kept a language; 0: all
  std::int64_t subwords = 0;          ///< pieces that a language's words are made of; 0: words are kept whole
  SubwordKind subword_model = SubwordKind::unigram;
};

/// The normaliser of a corpus in these languages unless another is chosen: the tutorial's, which keeps a to z alone,
/// for its own, French and English; the reversible one for all others.
Normaliser default_normaliser(std::string_view source_language, std::string_view target_language);

/// "tutorial": the sizes of the tutorial, regularised. "small": for the built-in corpus, trained in two minutes.
/// "best": what translates a large corpus best. Throws Error that lists the names.
Config preset(std::string_view name);
std::vector<std::string_view> preset_names();

/// As JSON text, one key a setting, and back. Throws Error, with `origin` (a path) before the message, for what is
/// missing, unknown or out of range.
std::string to_json(const Config& config);
/// The same as a value, to be part of a larger one.
Json settings_json(const Config& config);
Config config_from_json(std::string_view text, std::string_view origin);
/// Throws Error, naming both, for settings that make no sense together.
void check_together(const Config& config);
/// Throws Error that names the first setting that is out of range, or two that make no sense together.
void validate(const Config& config);

}  // namespace weft::nmt

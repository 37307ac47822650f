#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::nmt {

// What a run directory's log.jsonl and samples.jsonl tell. Both are read while training goes on, and after it was
// killed and resumed: a line that is not whole is left out and counted, and what was done anew replaces what it was
// before.

/// A step; see StepReport. What the log does not say is nothing.
struct BatchRecord {
  std::int64_t step = 0;
  std::int64_t epoch = 0;    ///< from 1
  std::int64_t batch = 0;    ///< in the epoch, from 1
  std::int64_t batches = 0;  ///< of an epoch; 0: unknown
  std::optional<double> loss, gradient_norm, learning_rate, tokens_per_second;
};

/// An epoch that has ended, and what the validation sentences gave then.
struct EpochRecord {
  std::int64_t step = 0;
  std::int64_t epoch = 0;
  std::optional<double> loss, tokens_per_second, epoch_seconds, valid_loss, valid_bleu, valid_chrf, valid_sentences,
      seconds;
  bool best = false;  ///< the best until then
};

struct TrainingLog {
  std::vector<BatchRecord> batches;     ///< by step
  std::vector<EpochRecord> epochs;      ///< by step
  std::optional<std::string> diverged;  ///< what training said when it stopped for that
  std::size_t unreadable = 0;           ///< lines
};

/// Never throws for what the text says.
TrainingLog parse_training_log(std::string_view text);

/// A translation of a sample sentence. There is at least one source word, and a row of as many weights, each from 0 to
/// 1, for each target word; or none, of a model without attention.
struct SampleTranslation {
  std::string source, reference, translation;
  std::vector<std::string> source_words, target_words;
  std::vector<std::vector<double>> weights;
};

struct EpochSamples {
  std::int64_t step = 0;
  std::int64_t epoch = 0;
  std::vector<SampleTranslation> samples;
};

struct SampleLog {
  std::vector<EpochSamples> epochs;  ///< by step
  std::size_t unreadable = 0;        ///< lines
};

/// Never throws for what the text says.
SampleLog parse_samples(std::string_view text);

}  // namespace weft::nmt

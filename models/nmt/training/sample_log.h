#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::nmt {

// What the samples.jsonl of a run tells, which is read as log.jsonl is (models/training/run/training_log.h).

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

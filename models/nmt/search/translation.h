#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weft::nmt {

struct Translation {
  std::vector<std::int32_t> ids;  ///< without <start> and <end>
  std::string words;              ///< their words with one space between each two: what scores are reckoned of
  std::string text;               ///< the words as a person writes them, as far as the normaliser can be undone
  /// [target_words.size(), source tokens]: for each word of the translation, and the <end> (when it was reached), what
  /// the decoder attended to. Empty when the model has no attention.
  std::vector<float> attention_weights;
  std::vector<std::string> source_words;  ///< <start> ... <end>
  std::vector<std::string> target_words;  ///< the translation's, with <end> when it was reached
  /// Those of the source that the vocabulary has not; of a translation that was given, those of the target as well.
  std::vector<std::string> unknown_words;
  /// Of each target word, natural. Greedy search does not reckon them, unless it is asked to
  /// (TranslatorOptions::probabilities): then these are empty, and the two sums 0.
  std::vector<float> log_probabilities;
  double log_probability = 0;  ///< their sum
  double score = 0;            ///< by which translations of a sentence are ranked (ScoreOptions)
};

}  // namespace weft::nmt

#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/nmt/config/config.h"
#include "models/nmt/data/batches.h"
#include "models/nmt/data/random.h"
#include "models/nmt/text/vocabulary.h"
#include "models/nmt/text/word_counts.h"

namespace weft::nmt {

/// A model that trains in milliseconds, with sizes that hit the tails of vector loops.
inline Config tiny_config() {
  Config config = preset("small");
  config.model = {.source_vocabulary = 23, .target_vocabulary = 19, .embedding = 13, .units = 21};
  config.training.batch = 5;
  config.training.learning_rate = 0.02;
  return config;
}

/// Pairs of 3 to 8 tokens of a language in which every word has its translation: target = source reversed, modulo the
/// vocabulary. Ids 1 and 2 are <start> and <end>.
inline std::vector<Example> tiny_examples(std::size_t count, std::uint64_t seed = 3) {
  Random random(seed);
  std::vector<Example> examples;
  for (std::size_t i = 0; i < count; ++i) {
    Example example{{1}, {1}};
    const std::uint64_t words = 1 + random.below(6);
    for (std::uint64_t word = 0; word < words; ++word)
      example.source.push_back(3 + static_cast<std::int32_t>(random.below(19)));
    for (auto word = example.source.rbegin(); *word != 1; ++word) example.target.push_back(3 + *word % 15);
    example.source.push_back(2);
    example.target.push_back(2);
    examples.push_back(std::move(example));
  }
  return examples;
}

/// A vocabulary of the words "a", "b", ... with the ids that tiny_examples uses.
inline Vocabulary letters(std::size_t size) {
  WordCounts counts;
  const std::size_t words = size - 4;  // beside padding, <start>, <end>, <unk>
  counts.add("<start> <end>");         // so that no letter is as frequent
  for (std::size_t repeat = words; repeat > 0; --repeat) {
    std::string sentence = "<start>";
    for (std::size_t word = 0; word < repeat; ++word) sentence += fmt::format(" {}", static_cast<char>('a' + word));
    counts.add(sentence + " <end>");
  }
  return Vocabulary(counts);
}

}  // namespace weft::nmt

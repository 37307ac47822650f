#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/nmt/batches.h"
#include "models/nmt/config.h"
#include "models/nmt/random.h"

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

}  // namespace weft::nmt

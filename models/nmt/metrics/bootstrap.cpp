#include "models/nmt/metrics/bootstrap.h"

#include <algorithm>
#include <vector>

#include "graph/base/error.h"
#include "models/nmt/data/random.h"

namespace weft::nmt {

Interval bootstrap_bleu(std::span<const BleuCounts> sentences, std::size_t samples, std::uint64_t seed) {
  require(!sentences.empty(), "there are no sentences to resample");
  require(samples > 0, "an interval of no samples is asked for");
  std::vector<double> scores;
  Random random(seed);
  for (std::size_t sample = 0; sample < samples; ++sample) {
    BleuCounts sum;
    for (std::size_t i = 0; i < sentences.size(); ++i) sum += sentences[random.below(sentences.size())];
    scores.push_back(bleu_of(sum).score);
  }
  std::ranges::sort(scores);
  const std::size_t left_out = samples / 40;
  return {scores[left_out], scores[samples - 1 - left_out]};
}

}  // namespace weft::nmt

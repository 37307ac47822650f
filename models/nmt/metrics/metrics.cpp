#include "models/nmt/metrics/metrics.h"

#include <algorithm>
#include <cstddef>

#include "models/nmt/metrics/scored_sentences.h"

namespace weft::nmt {

double exact_match_rate(std::span<const std::string> hypotheses, std::span<const std::vector<std::string>> references) {
  check_scored_sentences(hypotheses, references);
  std::size_t matches = 0;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    if (std::find(references[i].begin(), references[i].end(), hypotheses[i]) != references[i].end()) ++matches;
  }
  return static_cast<double>(matches) / static_cast<double>(hypotheses.size());
}

Metrics score_translations(std::span<const std::string> hypotheses,
                           std::span<const std::vector<std::string>> references, BleuTokenizer tokenizer) {
  return {.tokenizer = tokenizer,
          .bleu = corpus_bleu(hypotheses, references, tokenizer),
          .chrf = corpus_chrf(hypotheses, references),
          .exact_match = exact_match_rate(hypotheses, references)};
}

}  // namespace weft::nmt

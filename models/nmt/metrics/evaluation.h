#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/nmt/data/corpus.h"
#include "models/nmt/metrics/bootstrap.h"
#include "models/nmt/metrics/metrics.h"
#include "models/nmt/search/translation.h"
#include "models/nmt/text/normalise.h"
#include "models/nmt/text/tokeniser.h"

namespace weft::nmt {

/// Translations of sentences and what they are compared with.
struct ScoredSentences {
  std::vector<std::string> sources;  ///< as they stand in the test set
  std::vector<std::string> hypotheses;
  std::vector<std::vector<std::string>> references;
};

/// Each pair of a test set with its own reference. `translations[i]` is of `pairs[i]`, in the language of `tokeniser`.
/// Without a tokenizer words are compared as the normaliser makes them; a tokenizer of BLEU finds its own words in the
/// text as a person writes it, so translations and references are undone for it.
ScoredSentences with_one_reference(std::span<const Pair> pairs, std::span<const Translation> translations,
                                   const Tokeniser& tokeniser, BleuTokenizer tokenizer);
/// Translations with the words that another normaliser makes of their text, and the text of those: so models that were
/// trained with different normalisers are measured alike.
std::vector<Translation> renormalised(std::vector<Translation> translations, Normaliser normaliser);
/// What with_one_reference gave, but each source once, in the order of their first pairs, with the references of all
/// pairs that have it, those that are the same once. Its translation is the first pair's.
ScoredSentences with_all_references(const ScoredSentences& each);

/// How good they are, and how sacreBLEU would say what was measured.
struct SentenceScores {
  std::size_t sentences = 0;
  Metrics metrics;
  std::optional<Interval> bleu_interval;  ///< 95 %
  std::string bleu_signature;
  std::string chrf_signature;
};

struct ScoreSettings {
  BleuTokenizer tokenizer = BleuTokenizer::none;
  std::size_t bootstrap = 0;  ///< samples; 0: no interval
  std::uint64_t seed = 1;
};
SentenceScores score_sentences(const ScoredSentences& scored, const ScoreSettings& settings);

/// The scores of sentences whose sources are about as long.
struct LengthScores {
  std::size_t shortest = 0;  ///< source words, without <start> and <end>
  std::size_t longest = 0;   ///< likewise; that of the longest sentence for the last
  std::size_t sentences = 0;
  Metrics metrics;
};
/// By source length, the shortest first; lengths that no sentence has are left out. The words are the normaliser's,
/// also where a subword model cuts them: so tables of different models have the same lines.
std::vector<LengthScores> score_by_length(const ScoredSentences& scored, Normaliser normaliser,
                                          BleuTokenizer tokenizer);

}  // namespace weft::nmt

#include "models/nmt/metrics/evaluation.h"

#include <algorithm>
#include <map>

namespace weft::nmt {
namespace {

/// The longest sources of each line of the table by length, but for the last line.
constexpr std::size_t upper_ends[] = {4, 6, 8, 10, 12, 15, 20, 30};

/// The line of the table that sources with so many words belong to.
std::size_t line_of(std::size_t words) {
  return static_cast<std::size_t>(std::ranges::lower_bound(upper_ends, words) - std::begin(upper_ends));
}

void append(ScoredSentences& to, const ScoredSentences& from, std::size_t sentence) {
  to.sources.push_back(from.sources[sentence]);
  to.hypotheses.push_back(from.hypotheses[sentence]);
  to.references.push_back(from.references[sentence]);
}

}  // namespace

ScoredSentences with_one_reference(std::span<const Pair> pairs, std::span<const Translation> translations,
                                   const Tokeniser& tokeniser, BleuTokenizer tokenizer) {
  const bool of_text = tokenizer != BleuTokenizer::none;
  ScoredSentences scored;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const std::string reference = normalised_words(pairs[i].target, tokeniser.normaliser());
    scored.sources.push_back(pairs[i].source);
    scored.hypotheses.push_back(of_text ? translations[i].text : translations[i].words);
    scored.references.push_back({of_text ? tokeniser.text(reference) : reference});
  }
  return scored;
}

std::vector<Translation> renormalised(std::vector<Translation> translations, Normaliser normaliser) {
  for (Translation& translation : translations) {
    translation.words = normalised_words(translation.text, normaliser);
    translation.text = detokenise(translation.words, normaliser);
  }
  return translations;
}

ScoredSentences with_all_references(const ScoredSentences& each) {
  ScoredSentences scored;
  std::map<std::string, std::size_t> sentence_of;
  for (std::size_t i = 0; i < each.sources.size(); ++i) {
    const auto [at, is_new] = sentence_of.emplace(each.sources[i], scored.sources.size());
    if (is_new) {
      append(scored, each, i);
      continue;
    }
    std::vector<std::string>& references = scored.references[at->second];
    const std::string& reference = each.references[i].front();
    if (std::ranges::find(references, reference) == references.end()) references.push_back(reference);
  }
  return scored;
}

SentenceScores score_sentences(const ScoredSentences& scored, const ScoreSettings& settings) {
  SentenceScores scores{.sentences = scored.hypotheses.size(),
                        .metrics = score_translations(scored.hypotheses, scored.references, settings.tokenizer),
                        .bleu_interval = {},
                        .bleu_signature = bleu_signature(scored.references, settings.tokenizer),
                        .chrf_signature = chrf_signature(scored.references)};
  if (settings.bootstrap > 0) {
    const std::vector<BleuCounts> counts = bleu_counts(scored.hypotheses, scored.references, settings.tokenizer);
    scores.bleu_interval = bootstrap_bleu(counts, settings.bootstrap, settings.seed);
  }
  return scores;
}

std::vector<LengthScores> score_by_length(const ScoredSentences& scored, Normaliser normaliser,
                                          BleuTokenizer tokenizer) {
  struct Line {
    ScoredSentences sentences;
    std::size_t longest = 0;
  };
  std::map<std::size_t, Line> lines;
  for (std::size_t i = 0; i < scored.sources.size(); ++i) {
    const std::size_t words = tokens(scored.sources[i], normaliser).size() - 2;
    Line& line = lines[line_of(words)];
    append(line.sentences, scored, i);
    line.longest = std::max(line.longest, words);
  }
  std::vector<LengthScores> scores;
  for (const auto& [number, line] : lines) {
    const auto& [sources, hypotheses, references] = line.sentences;
    scores.push_back({.shortest = number == 0 ? 0 : upper_ends[number - 1] + 1,
                      .longest = number < std::size(upper_ends) ? upper_ends[number] : line.longest,
                      .sentences = hypotheses.size(),
                      .metrics = score_translations(hypotheses, references, tokenizer)});
  }
  return scores;
}

}  // namespace weft::nmt

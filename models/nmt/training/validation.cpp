#include "models/nmt/training/validation.h"

#include <algorithm>

#include "graph/base/json_value.h"
#include "models/nmt/search/attention_json.h"
#include "models/nmt/training/preparation.h"

namespace weft::nmt {
namespace {

/// `count` of the pairs, or all if there are fewer: the middle ones of as many equal stretches.
std::vector<Pair> spread(std::span<const Pair> pairs, std::int64_t count) {
  const std::size_t wanted = std::min(static_cast<std::size_t>(count), pairs.size());
  std::vector<Pair> chosen;
  for (std::size_t i = 0; i < wanted; ++i) chosen.push_back(pairs[(2 * i + 1) * pairs.size() / (2 * wanted)]);
  return chosen;
}

std::vector<Pair> by_length(std::span<const Pair> pairs, const Tokeniser& tokeniser) {
  std::vector<std::pair<std::size_t, const Pair*>> order;
  for (const Pair& pair : pairs) order.emplace_back(tokeniser.tokens(pair.source).size(), &pair);
  std::ranges::stable_sort(order, {}, [](const auto& entry) { return entry.first; });
  std::vector<Pair> sorted;
  for (const auto& [length, pair] : order) sorted.push_back(*pair);
  return sorted;
}

}  // namespace

ValidationTranslations::ValidationTranslations(const RunDirectory& run, std::span<const Pair> pairs,
                                               std::shared_ptr<Variables> variables,
                                               std::shared_ptr<ProgramCache> programs)
    : run_(run),
      scored_(spread(pairs, run.config().training.valid_sentences)),
      samples_(spread(by_length(pairs, run.source().tokeniser()), run.config().training.samples)),
      translator_(run.config(), run.source(), run.target(), std::move(variables), {.programs = std::move(programs)}) {}

std::vector<Translation> ValidationTranslations::translate(std::span<const Pair> pairs) {
  std::vector<std::string> sources;
  for (const Pair& pair : pairs) sources.push_back(pair.source);
  return translator_.translate(sources);
}

Metrics ValidationTranslations::score() {
  std::vector<std::string> hypotheses;
  for (Translation& translation : translate(scored_)) hypotheses.push_back(std::move(translation.words));
  std::vector<std::vector<std::string>> references;
  for (const Pair& pair : scored_) references.push_back({normalised_words(pair.target, run_.config().normaliser)});
  return score_translations(hypotheses, references);
}

std::string ValidationTranslations::samples(std::int64_t epoch, std::int64_t step) {
  Json line{{"epoch", epoch}, {"step", step}, {"samples", Json::list()}};
  const std::vector<Translation> translations = translate(samples_);
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    line["samples"].push_back({{"source", samples_[i].source},
                               {"reference", samples_[i].target},
                               {"translation", translations[i].text},
                               {"source_words", translations[i].source_words},
                               {"target_words", translations[i].target_words},
                               {"weights", attention_rows(translations[i])}});
  }
  return line.dump();
}

}  // namespace weft::nmt

#include "models/nmt/training/validation.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "graph/base/json_value.h"
#include "models/nmt/search/attention_json.h"
#include "models/nmt/text/normalise.h"

namespace weft::nmt {
namespace {

/// `count` of the numbers, or all if there are fewer: the middle ones of as many equal stretches.
std::vector<ExampleNumber> spread(std::span<const ExampleNumber> numbers, std::int64_t count) {
  const std::size_t wanted = std::min(static_cast<std::size_t>(count), numbers.size());
  std::vector<ExampleNumber> chosen;
  for (std::size_t i = 0; i < wanted; ++i) chosen.push_back(numbers[(2 * i + 1) * numbers.size() / (2 * wanted)]);
  return chosen;
}

/// The pairs that have these numbers, in the order of the numbers.
std::vector<Pair> choose(const PairSequence& pairs, const std::vector<ExampleNumber>& numbers) {
  std::multimap<ExampleNumber, std::size_t> places;
  for (std::size_t i = 0; i < numbers.size(); ++i) places.emplace(numbers[i], i);
  std::vector<Pair> chosen(numbers.size());
  ExampleNumber number = 0;
  pairs([&](const Pair& pair) {
    const auto [first, behind] = places.equal_range(number++);
    for (auto place = first; place != behind; ++place) chosen[place->second] = pair;
  });
  return chosen;
}

std::vector<ExampleNumber> numbers_of(const Examples& examples) {
  std::vector<ExampleNumber> numbers(examples.size());
  std::iota(numbers.begin(), numbers.end(), ExampleNumber{0});
  return numbers;
}

std::vector<ExampleNumber> by_length(const Examples& examples) {
  std::vector<ExampleNumber> numbers = numbers_of(examples);
  std::ranges::stable_sort(numbers, {}, [&](ExampleNumber number) { return examples.lengths(number).source; });
  return numbers;
}

}  // namespace

ValidationTranslations::ValidationTranslations(const RunDirectory& run, const Examples& examples,
                                               std::shared_ptr<Variables> variables,
                                               std::shared_ptr<ProgramCache> programs)
    : run_(run),
      scored_(choose(run.pairs(Part::valid), spread(numbers_of(examples), run.config().training.valid_sentences))),
      samples_(choose(run.pairs(Part::valid), spread(by_length(examples), run.config().training.samples))),
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

#include <algorithm>
#include <random>

#include "graph/base/error.h"
#include "tools/weft-nmt/bench_measures.h"

namespace weft::nmt {
namespace {

/// The number in letters: "a", ..., "z", "ba", "bb", ... Normalisers leave letters as they are.
std::string word_of(std::int64_t number) {
  std::string word;
  do {
    word.insert(word.begin(), static_cast<char>('a' + number % 26));
    number /= 26;
  } while (number > 0);
  return word;
}

/// Made-up words, with padding and <unk> so many ids.
Vocabulary made_up_vocabulary(std::int64_t size) {
  WordCounts counts;
  counts.add("<start> <end>");
  for (std::int64_t number = 0; number + 4 < size; ++number) counts.add(word_of(number));
  return Vocabulary(counts);
}

}  // namespace

RandomModel::RandomModel(const Config& config)
    : config_(config),
      source_(made_up_vocabulary(config.model.source_vocabulary)),
      target_(made_up_vocabulary(config.model.target_vocabulary)),
      variables_(std::make_shared<Variables>(config.training.seed)) {
  variables_->initialise(forward_graph(config.model, {}));
  Tensor bias = variables_->get("output/bias");
  bias.as<float>()[static_cast<std::size_t>(target_.end_id())] = -1e30F;
  variables_->set("output/bias", bias);
}

std::vector<std::string> RandomModel::sentences(std::size_t count, std::size_t tokens) const {
  std::mt19937_64 random(config_.training.seed);
  std::vector<std::string> sentences(count);
  for (std::string& sentence : sentences) {
    for (std::size_t i = 2; i < tokens; ++i) {
      if (!sentence.empty()) sentence += ' ';
      sentence += word_of(static_cast<std::int64_t>(random() % (source_.size() - 4)));
    }
  }
  return sentences;
}

Translator RandomModel::translator(const TranslatorOptions& options) const {
  return Translator(config_, source_, target_, variables_, options);
}

DecodingMeasurement measure_decoding(Translator& translator, const std::vector<std::string>& sentences,
                                     std::int64_t rounds) {
  DecodingMeasurement result;
  Stopwatch stopwatch;
  for (const Translation& translation : translator.translate(sentences)) result.words += std::ssize(translation.ids);
  result.first_milliseconds = stopwatch.lap();
  result.sentences = sentences.size();
  result.timing = inspect::time_rounds(rounds, [&] { translator.translate(sentences); });
  return result;
}

}  // namespace weft::nmt

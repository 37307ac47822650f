#include "tools/weft-nmt/data.h"

#include <fmt/format.h>

#include <optional>

#include "graph/counted.h"
#include "graph/error.h"
#include "models/nmt/builtin_corpus.h"
#include "models/nmt/normalise.h"
#include "models/nmt/split.h"
#include "models/nmt/word_counts.h"

namespace weft::nmt {
namespace {

std::optional<std::size_t> optional_limit(std::int64_t limit) {
  return limit > 0 ? std::optional(static_cast<std::size_t>(limit)) : std::nullopt;
}

std::vector<Pair> first_pairs(std::vector<Pair> pairs, std::int64_t limit) {
  if (limit > 0 && std::cmp_less(limit, pairs.size())) pairs.resize(static_cast<std::size_t>(limit));
  return pairs;
}

/// Sentences as the split compares them. What the tutorial's normaliser makes equal is too alike to be on both sides,
/// whatever the model's normaliser makes of it.
std::vector<std::string> compared(std::span<const Pair> pairs, Side side) {
  std::vector<std::string> sentences;
  for (const Pair& pair : pairs) sentences.push_back(normalise(pair.*side, Normaliser::tutorial));
  return sentences;
}

std::vector<Pair> select(std::span<const Pair> pairs, std::span<const std::size_t> indices) {
  std::vector<Pair> part;
  for (const std::size_t index : indices) part.push_back(pairs[index]);
  return part;
}

CorpusParts split(std::span<const Pair> pairs, const Config& config) {
  const SplitFractions fractions{config.data.valid_fraction, config.data.test_fraction};
  const std::uint64_t seed = config.training.seed;
  const Split parts =
      config.data.split == SplitKind::random
          ? split_random(pairs.size(), fractions, seed)
          : split_leak_free(compared(pairs, &Pair::source), compared(pairs, &Pair::target), fractions, seed);
  return {select(pairs, parts.train), select(pairs, parts.valid), select(pairs, parts.test)};
}

}  // namespace

Corpus load_corpus(const std::filesystem::path& path, std::int64_t limit, const Say& say) {
  Corpus corpus = read_corpus(path, optional_limit(limit));
  for (const std::string& warning : describe_malformed(corpus.report, path)) say(warning);
  say(fmt::format("{}: {}, {}, {} malformed, {} empty", path.string(), counted(corpus.report.lines, "line"),
                  counted(corpus.pairs.size(), "pair"), corpus.report.malformed, corpus.report.empty));
  return corpus;
}

std::vector<Pair> load_pairs(const std::filesystem::path& path, std::int64_t limit, const Say& say) {
  return load_corpus(path, limit, say).pairs;
}

std::vector<Pair> without_long_pairs(std::vector<Pair> pairs, std::int64_t max_length, const Tokeniser& source,
                                     const Tokeniser& target, const Say& say) {
  const std::size_t removed = std::erase_if(pairs, [&](const Pair& pair) {
    return std::cmp_greater(source.tokens(pair.source).size(), max_length) ||
           std::cmp_greater(target.tokens(pair.target).size(), max_length);
  });
  if (removed > 0)
    say(fmt::format("{} left out: more than {} tokens (--max-length)", counted(removed, "pair"), max_length));
  return pairs;
}

CorpusParts load_parts(const Config& config, const Say& say) {
  const DataConfig& data = config.data;
  const auto prepared = [&](std::vector<Pair> pairs) {
    return without_long_pairs(std::move(pairs), data.max_length, config.normaliser, config.normaliser, say);
  };
  CorpusParts parts;
  if (!data.train.empty()) {
    parts.train = prepared(load_pairs(data.train, data.limit, say));
    parts.valid = prepared(load_pairs(data.valid, 0, say));
    if (!data.test.empty()) parts.test = prepared(load_pairs(data.test, 0, say));
  } else {
    const std::vector<Pair> pairs =
        prepared(data.builtin ? first_pairs(builtin_corpus(), data.limit) : load_pairs(data.corpus, data.limit, say));
    require(!pairs.empty(), "no pair is left to train on; raise --max-length");
    parts = split(pairs, config);
  }
  require(!parts.train.empty(), "no pair is left to train on; raise --max-length");
  return parts;
}

Vocabulary make_vocabulary(std::span<const Pair> pairs, Side side, const Config& config) {
  if (config.subwords > 0) {
    std::vector<std::string> sentences;
    for (const Pair& pair : pairs) sentences.push_back(normalised_words(pair.*side, config.normaliser));
    const auto model =
        std::make_shared<SubwordModel>(SubwordModel::train(sentences, config.subwords, config.subword_model));
    return Vocabulary::of_subwords({config.normaliser, model});
  }
  WordCounts counts;
  for (const Pair& pair : pairs) counts.add(normalise(pair.*side, config.normaliser));
  return Vocabulary(counts, optional_limit(config.vocabulary_limit), config.normaliser);
}

std::vector<Example> encode(std::span<const Pair> pairs, const Vocabulary& source, const Vocabulary& target) {
  const auto ids = [](const Vocabulary& vocabulary, const std::string& sentence) {
    return vocabulary.encode(vocabulary.tokeniser().tokens(sentence));
  };
  std::vector<Example> examples;
  for (const Pair& pair : pairs) examples.push_back({ids(source, pair.source), ids(target, pair.target)});
  return examples;
}

}  // namespace weft::nmt

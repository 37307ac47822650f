#include "models/nmt/training/preparation.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>

#include "graph/base/counted.h"
#include "graph/base/error.h"
#include "graph/base/quantity.h"
#include "graph/base/quote.h"
#include "models/nmt/data/builtin/builtin_corpus.h"
#include "models/nmt/data/corpus_check.h"
#include "models/nmt/data/normaliser_check.h"
#include "models/nmt/data/split.h"
#include "models/nmt/text/language.h"
#include "models/nmt/text/normalise.h"
#include "models/nmt/text/tutorial_normaliser.h"
#include "models/nmt/text/word_counts.h"
#include "models/nmt/training/translation_task.h"

namespace weft::nmt {
namespace {

std::optional<std::size_t> optional_limit(std::int64_t limit) {
  return limit > 0 ? std::optional(static_cast<std::size_t>(limit)) : std::nullopt;
}

std::vector<Pair> first_pairs(std::vector<Pair> pairs, std::int64_t limit) {
  if (limit > 0 && std::cmp_less(limit, pairs.size())) pairs.resize(static_cast<std::size_t>(limit));
  return pairs;
}

/// Sentences as the split compares them, whatever the model's normaliser makes of them.
std::vector<std::string> compared(std::span<const Pair> pairs, Side side) {
  std::vector<std::string> sentences;
  for (const Pair& pair : pairs) sentences.push_back(plain_letters(pair.*side));
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

std::string as_warning(std::string_view text) { return fmt::format("warning: {}", text); }

/// The pairs of a corpus to train on or to measure training with; says what the normaliser does to them. Throws Error
/// when it leaves too little.
std::vector<Pair> load_checked(const std::string& name, std::int64_t limit, const Config& config, const Say& say) {
  const CorpusFormat format = corpus_format(config);
  Corpus corpus = load_corpus(name, limit, format, say);
  const auto check = [&](Side side, const std::string& language) {
    const NormaliserFindings findings =
        check_normaliser(corpus, side, config.normaliser, name, language_name(language));
    require(findings.refusal.empty(), "{}", findings.refusal);
    for (const std::string& warning : findings.warnings) say(as_warning(warning));
  };
  check(&Pair::source, config.source_language);
  check(&Pair::target, config.target_language);
  if (config.subwords == 0) {
    for (const std::string& warning : check_blanks(corpus, name, format)) say(as_warning(warning));
  }
  return std::move(corpus.pairs);
}

void warn_of_empty_parts(const CorpusParts& parts, const Config& config, const Say& say) {
  const auto warn = [&](const std::vector<Pair>& part, double fraction, std::string_view purpose) {
    const bool is_split = config.data.train.empty();
    if (!part.empty() || (is_split && fraction == 0)) return;
    say(as_warning(fmt::format(
        "no pair is left to {} with{}", purpose,
        is_split && config.data.split == SplitKind::leak_free
            ? fmt::format(": pairs that share a sentence stay together, and no group of them has as few as {:.3g} % of "
                          "all; --split random separates them, --valid or a larger corpus helps as well",
                          100 * fraction)
            : "")));
  };
  warn(parts.valid, config.data.valid_fraction, "validate");
  if (config.data.train.empty() || !config.data.test.empty()) warn(parts.test, config.data.test_fraction, "test");
}

}  // namespace

CorpusFormat corpus_format(const Config& config) {
  return {config.data.columns, config.source_language, config.target_language};
}

CorpusFormat other_format(Config config, const SettingValues& given) {
  config.data.columns.clear();
  return corpus_format(with_settings(std::move(config), given));
}

Corpus load_corpus(const std::string& name, std::int64_t limit, const CorpusFormat& format, const Say& say) {
  const std::string files = resolve_corpus(name, format.source_language, format.target_language);
  // Messages have the name that was given, unless there are two files that it stands for.
  const std::string& shown = files.find(',') == std::string::npos ? name : files;
  Corpus corpus = read_corpus(shown, optional_limit(limit), format);
  const CorpusReport& report = corpus.report;
  if (!report.header.empty()) say(fmt::format("{}: a header, skipped: {}", shown, excerpt(report.header, 100)));
  for (const std::string& warning : describe_malformed(report, shown)) say(warning);
  say(fmt::format("{}: {}, {}, {} malformed, {} empty", shown, counted(report.lines, "line"),
                  counted(corpus.pairs.size(), "pair"), report.malformed, report.empty));
  for (const std::string& warning : check_columns(corpus, shown, format)) say(as_warning(warning));
  return corpus;
}

void warn_of_losses(const Corpus& corpus, Normaliser normaliser, std::string_view name, const CorpusFormat& format,
                    const Say& say) {
  const auto warn = [&](Side side, const std::string& language) {
    NormaliserFindings findings = check_normaliser(corpus, side, normaliser, name, language_name(language));
    if (!findings.refusal.empty()) findings.warnings.push_back(std::move(findings.refusal));
    for (const std::string& warning : findings.warnings) say(as_warning(warning));
  };
  warn(&Pair::source, format.source_language);
  warn(&Pair::target, format.target_language);
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
  const auto short_enough = [&](std::vector<Pair> pairs) {
    return without_long_pairs(std::move(pairs), data.max_length, config.normaliser, config.normaliser, say);
  };
  const auto load = [&](const std::string& name, std::int64_t limit) {
    return short_enough(load_checked(name, limit, config, say));
  };
  CorpusParts parts;
  if (!data.train.empty()) {
    parts.train = load(data.train, data.limit);
    parts.valid = load(data.valid, 0);
    if (!data.test.empty()) parts.test = load(data.test, 0);
  } else {
    const std::vector<Pair> pairs =
        data.builtin ? short_enough(first_pairs(builtin_corpus(), data.limit)) : load(data.corpus, data.limit);
    require(!pairs.empty(), "no pair is left to train on; raise --max-length");
    parts = split(pairs, config);
  }
  require(!parts.train.empty(), "no pair is left to train on; raise --max-length");
  warn_of_empty_parts(parts, config, say);
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
  constexpr std::size_t markers = 2;  // <start> and <end>
  const bool is_source = side == &Pair::source;
  require(counts.by_frequency().size() > markers,
          "the {} sentences have no word at all: is the corpus of these languages, and its columns the right ones "
          "(--columns)?",
          language_name(is_source ? config.source_language : config.target_language));
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

namespace {

/// Pairs that have few words may have many pieces, which is known only when the pieces have been learnt.
void leave_out_long(CorpusParts& parts, std::int64_t max_length, const Tokeniser& source, const Tokeniser& target,
                    const Say& say) {
  for (std::vector<Pair>* pairs : {&parts.train, &parts.valid, &parts.test}) {
    *pairs = without_long_pairs(std::move(*pairs), max_length, source, target, say);
  }
  require(!parts.train.empty(), "no pair is left to train on; raise --max-length or --subwords");
}

/// make_vocabulary, which takes minutes where subwords are learnt: says what it does.
Vocabulary learn_vocabulary(std::span<const Pair> pairs, Side side, std::string_view name, const Config& config,
                            Progress& progress) {
  if (config.subwords == 0) return make_vocabulary(pairs, side, config);
  progress.log(fmt::format("Subwords    learning up to {} pieces from {} of the {}", config.subwords,
                           counted(pairs.size(), "sentence"), name));
  const auto begin = std::chrono::steady_clock::now();
  std::optional<Vocabulary> vocabulary;
  progress.during("Learning subwords", [&] { vocabulary = make_vocabulary(pairs, side, config); });
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  progress.log(fmt::format("Subwords    learnt in {}", duration_text(taken.count())));
  return std::move(*vocabulary);
}

/// The precision that is trained in on this machine, and what there is to say of it.
TrainingPrecision precision_here(TrainingPrecision wanted, const Say& say) {
  const bool is_fast = product_precision(TrainingPrecision::automatic) == Precision::bf16;
  if (wanted == TrainingPrecision::automatic)
    say(fmt::format("--precision auto is {} here: this processor has {}instructions for products in bf16",
                    is_fast ? "bf16" : "f32", is_fast ? "" : "no "));
  else if (wanted == TrainingPrecision::bf16 && !is_fast)
    say(as_warning("this processor has no instructions for products in bf16: they are slower than in f32"));
  return product_precision(wanted) == Precision::bf16 ? TrainingPrecision::bf16 : TrainingPrecision::f32;
}

}  // namespace

RunDirectory prepare_run(const std::filesystem::path& path, Config config, CorpusParts parts, Progress& progress,
                         bool overwrite) {
  const Say say = [&](std::string_view line) { progress.log(line); };
  config.training.precision = precision_here(config.training.precision, say);
  const Vocabulary source = learn_vocabulary(parts.train, &Pair::source, "source", config, progress);
  const Vocabulary target = learn_vocabulary(parts.train, &Pair::target, "target", config, progress);
  if (config.subwords > 0) leave_out_long(parts, config.data.max_length, source.tokeniser(), target.tokeniser(), say);
  config.model.source_vocabulary = static_cast<std::int64_t>(source.size());
  config.model.target_vocabulary = static_cast<std::int64_t>(target.size());
  return RunDirectory::create(path, config, source, target, overwrite, parts);
}

}  // namespace weft::nmt

#include "models/nmt/training/corpus_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "graph/base/checksum.h"
#include "graph/base/counted.h"
#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/quantity.h"
#include "graph/base/quote.h"
#include "models/nmt/data/builtin/builtin_corpus.h"
#include "models/nmt/data/corpus_check.h"
#include "models/nmt/data/mapped_pairs.h"
#include "models/nmt/data/normaliser_check.h"
#include "models/nmt/text/language.h"
#include "models/nmt/text/tokeniser.h"
#include "models/nmt/text/tutorial_normaliser.h"

namespace weft::nmt {
namespace {

std::string as_warning(std::string_view text) { return fmt::format("warning: {}", text); }

/// The name that messages have: the one that was given, unless there are two files that it stands for.
std::string shown_name(const std::string& name, const CorpusFormat& format) {
  const std::string files = resolve_corpus(name, format.source_language, format.target_language);
  return files.find(',') == std::string::npos ? name : files;
}

/// The files that the corpora of a name stand in.
std::vector<std::string> files_of(const std::string& name, const CorpusFormat& format) {
  if (name.empty()) return {};
  return all_corpus_files(resolve_corpus(name, format.source_language, format.target_language));
}

void say_report(const CorpusReport& report, const std::string& shown, const Say& say) {
  if (!report.header.empty()) say(fmt::format("{}: a header, skipped: {}", shown, excerpt(report.header, 100)));
  for (const std::string& warning : describe_malformed(report, shown)) say(warning);
  say(fmt::format("{}: {}, {}, {} malformed, {} empty", shown, counted(report.lines, "line"),
                  counted(report.pairs, "pair"), report.malformed, report.empty));
}

/// Says what looks wrong with pairs to train on or to measure training with. Throws Error when the normaliser leaves
/// too little of them.
void check(const Corpus& corpus, const std::string& shown, const Config& config, const Say& say) {
  const CorpusFormat format = corpus_format(config);
  for (const std::string& warning : check_columns(corpus, shown, format)) say(as_warning(warning));
  const auto check_side = [&](Side side, const std::string& language) {
    const NormaliserFindings findings =
        check_normaliser(corpus, side, config.normaliser, shown, language_name(language));
    require(findings.refusal.empty(), "{}", findings.refusal);
    for (const std::string& warning : findings.warnings) say(as_warning(warning));
  };
  check_side(&Pair::source, config.source_language);
  check_side(&Pair::target, config.target_language);
  if (config.subwords > 0) return;
  for (const std::string& warning : check_blanks(corpus, shown, format)) say(as_warning(warning));
}

/// The first pairs of a corpus, which are checked as soon as there are enough of them, or there are no more.
class Sample {
 public:
  Sample(std::string shown, const Config& config, const Say& say)
      : shown_(std::move(shown)), config_(config), say_(say) {}

  void add(LineKind kind, const Pair& pair) {
    if (is_checked_) return;
    corpus_.lines.push_back(kind);
    if (kind != LineKind::pair) return;
    corpus_.pairs.push_back(pair);
    if (corpus_.pairs.size() == checked_pairs) check();
  }

  void check() {
    if (std::exchange(is_checked_, true)) return;
    nmt::check(corpus_, shown_, config_, say_);
    corpus_ = {};
  }

 private:
  std::string shown_;
  const Config& config_;
  const Say& say_;
  Corpus corpus_;
  bool is_checked_ = false;
};

/// What is to be known of a pair before it has a part.
struct KnownPair {
  bool is_kept = false;      ///< it is not too long
  std::uint64_t source = 0;  ///< of its sides, checksums of what the split compares, if it compares anything
  std::uint64_t target = 0;
};

/// Of a sentence as the split compares it, whatever the model's normaliser makes of it.
std::uint64_t checksum_of(std::string_view sentence) {
  Checksum checksum;
  checksum.add(plain_letters(sentence));
  return checksum.value();
}

KnownPair look_at(const Pair& pair, const Config& config) {
  const DataConfig& data = config.data;
  const Tokeniser tokeniser(config.normaliser);
  KnownPair known{.is_kept = is_short(pair, data.max_length, tokeniser, tokeniser)};
  if (known.is_kept && data.train.empty() && data.split == SplitKind::leak_free) {
    known.source = checksum_of(pair.source);
    known.target = checksum_of(pair.target);
  }
  return known;
}

using VisitKnownPair = std::function<void(Pair&& pair, const KnownPair& known)>;

/// Looks at pairs by several threads, shows them to `visit` in their order, and counts those that are too long.
class Looking {
 public:
  Looking(const Config& config, Progress& progress, const VisitKnownPair& visit)
      : config_(config),
        progress_(progress),
        pairs_([&config](const Pair& pair) { return look_at(pair, config); },
               [this, &visit](Pair&& pair, KnownPair&& known) {
                 if (!known.is_kept) ++left_out_;
                 progress_.update(1, 0);
                 visit(std::move(pair), known);
               }) {}

  void add(Pair&& pair) { pairs_.add(std::move(pair)); }
  /// To be called behind the last pair.
  void finish() {
    pairs_.finish();
    progress_.stop();
    if (left_out_ > 0) progress_.log(left_out_line(left_out_, config_.data.max_length));
  }

 private:
  const Config& config_;
  Progress& progress_;
  std::size_t left_out_ = 0;
  MappedPairs<KnownPair> pairs_;
};

/// Has `read`, which returns the number of its pairs, read the corpora of a name one after another, each up to what is
/// left of the limit of pairs in all.
void for_each_corpus(
    const std::string& name, std::int64_t limit, const CorpusFormat& format,
    const std::function<std::size_t(const std::string& shown, const std::optional<std::size_t>& left)>& read) {
  std::optional<std::size_t> left;
  if (limit > 0) left = static_cast<std::size_t>(limit);
  for (const std::string& corpus : corpora_of(name)) {
    if (left == std::size_t{0}) break;
    const std::size_t pairs = read(shown_name(corpus, format), left);
    if (left) *left -= pairs;
  }
}

/// Shows `visit` each pair of the corpora of a name; tells what became of the lines.
void read_checked(const std::string& name, std::int64_t limit, const Config& config, Progress& progress,
                  const VisitKnownPair& visit) {
  const CorpusFormat format = corpus_format(config);
  const Say say = [&](std::string_view line) { progress.log(line); };
  Looking looking(config, progress, visit);
  progress.start("Reading pairs", 0);
  for_each_corpus(name, limit, format, [&](const std::string& shown, const std::optional<std::size_t>& left) {
    Sample sample(shown, config, say);
    const CorpusReport report = for_each_line(shown, left, format, [&](LineKind kind, Pair&& pair) {
      sample.add(kind, pair);
      if (kind == LineKind::pair) looking.add(std::move(pair));
    });
    say_report(report, shown, say);
    sample.check();
    return report.pairs;
  });
  looking.finish();
}

/// The pairs of a corpus that is to be split, which is gone through twice: what its parts are is known only once all of
/// it has been seen.
class SplitCorpus {
 public:
  SplitCorpus(const Config& config, Progress& progress) : config_(config), progress_(progress) {
    const DataConfig& data = config.data;
    const VisitKnownPair visit = [this](Pair&& pair, const KnownPair& known) { add(std::move(pair), known); };
    if (data.builtin) {
      in_memory_.emplace();
      Looking looking(config, progress, visit);
      std::vector<Pair> pairs = builtin_corpus();
      if (data.limit > 0) pairs.resize(std::min(pairs.size(), static_cast<std::size_t>(data.limit)));
      for (Pair& pair : pairs) looking.add(std::move(pair));
      looking.finish();
      return;
    }
    if (!can_be_read_twice()) in_memory_.emplace();
    read_checked(data.corpus, data.limit, config, progress, visit);
  }

  Split split() const {
    const SplitFractions fractions{config_.data.valid_fraction, config_.data.test_fraction};
    const std::uint64_t seed = config_.training.seed;
    require(kept_ > 0, "no pair is left to train on; raise --max-length");
    return is_random() ? split_random(kept_, fractions, seed) : split_leak_free(sources_, targets_, fractions, seed);
  }

  /// Those that are kept.
  void for_each(const VisitPair& visit) {
    if (in_memory_) return sequence_of(*in_memory_)(visit);
    progress_.start("Splitting", is_kept_.size());
    std::size_t at = 0;
    const CorpusFormat format = corpus_format(config_);
    const auto read = [&](const std::string& shown, const std::optional<std::size_t>& left) {
      const CorpusReport report = for_each_line(shown, left, format, [&](LineKind kind, Pair&& pair) {
        if (kind != LineKind::pair) return;
        require(at < is_kept_.size(), "the corpus '{}' changed while it was read", shown);
        if (is_kept_[at++]) visit(pair);
        progress_.update(1, 0);
      });
      return report.pairs;
    };
    for_each_corpus(config_.data.corpus, config_.data.limit, format, read);
    require(at == is_kept_.size(), "the corpus '{}' changed while it was read", config_.data.corpus);
    progress_.stop();
  }

 private:
  bool is_random() const { return config_.data.split == SplitKind::random; }

  bool can_be_read_twice() const {
    return std::ranges::all_of(files_of(config_.data.corpus, corpus_format(config_)),
                               [](const std::string& file) { return std::filesystem::is_regular_file(file); });
  }

  void add(Pair&& pair, const KnownPair& known) {
    is_kept_.push_back(known.is_kept);
    if (!known.is_kept) return;
    ++kept_;
    if (!is_random()) {
      sources_.push_back(known.source);
      targets_.push_back(known.target);
    }
    if (!in_memory_) return;
    bytes_ += pair.source.size() + pair.target.size();
    require(bytes_ <= max_corpus_bytes,
            "'{}' can be read but once, so its sentences are kept in memory, and are more than {}: put them into a "
            "file",
            config_.data.corpus, bytes_text(max_corpus_bytes));
    in_memory_->push_back(std::move(pair));
  }

  const Config& config_;
  Progress& progress_;
  std::vector<bool> is_kept_;  ///< of each pair that was read
  std::size_t kept_ = 0;
  std::vector<std::uint64_t> sources_, targets_;  ///< checksums of those that are kept
  std::optional<std::vector<Pair>> in_memory_;    ///< those that are kept, where they cannot be read again
  std::size_t bytes_ = 0;
};

/// Before long reading: a file that is not there is told at once, whichever of them it is.
void require_files(const Config& config) {
  const DataConfig& data = config.data;
  const CorpusFormat format = corpus_format(config);
  for (const std::string& name : {data.corpus, data.train, data.valid, data.test})
    for (const std::string& file : files_of(name, format))
      if (file != "-" && !std::filesystem::exists(file)) FileReader{file};  // which says so
}

void warn_of_empty_parts(const std::array<std::size_t, all_parts.size()>& sizes, const Config& config,
                         Progress& progress) {
  const auto warn = [&](Part part, double fraction, std::string_view purpose) {
    const bool is_split = config.data.train.empty();
    if (sizes[static_cast<std::size_t>(part)] > 0 || (is_split && fraction == 0)) return;
    progress.log(as_warning(fmt::format(
        "no pair is left to {} with{}", purpose,
        is_split && config.data.split == SplitKind::leak_free
            ? fmt::format(": pairs that share a sentence stay together, and no group of them has as few as {:.3g} % of "
                          "all; --split random separates them, --valid or a larger corpus helps as well",
                          100 * fraction)
            : "")));
  };
  warn(Part::valid, config.data.valid_fraction, "validate");
  if (config.data.train.empty() || !config.data.test.empty()) warn(Part::test, config.data.test_fraction, "test");
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
  Corpus all;
  for_each_corpus(name, limit, format, [&](const std::string& shown, const std::optional<std::size_t>& left) {
    Corpus corpus = read_corpus(shown, left, format);
    say_report(corpus.report, shown, say);
    for (const std::string& warning : check_columns(corpus, shown, format)) say(as_warning(warning));
    std::ranges::move(corpus.pairs, std::back_inserter(all.pairs));
    std::ranges::move(corpus.lines, std::back_inserter(all.lines));
    return corpus.report.pairs;
  });
  return all;
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

bool is_short(const Pair& pair, std::int64_t max_length, const Tokeniser& source, const Tokeniser& target) {
  return std::cmp_less_equal(source.tokens(pair.source).size(), max_length) &&
         std::cmp_less_equal(target.tokens(pair.target).size(), max_length);
}

std::string left_out_line(std::size_t pairs, std::int64_t max_length) {
  return fmt::format("{} left out: more than {} tokens (--max-length)", counted(pairs, "pair"), max_length);
}

std::vector<Pair> without_long_pairs(std::vector<Pair> pairs, std::int64_t max_length, const Tokeniser& source,
                                     const Tokeniser& target, const Say& say) {
  const std::size_t removed =
      std::erase_if(pairs, [&](const Pair& pair) { return !is_short(pair, max_length, source, target); });
  if (removed > 0) say(left_out_line(removed, max_length));
  return pairs;
}

void read_parts(const Config& config, Progress& progress, const std::function<void(Part, const Pair&)>& add) {
  require_files(config);
  const DataConfig& data = config.data;
  std::array<std::size_t, all_parts.size()> sizes{};
  const auto count_and_add = [&](Part part, const Pair& pair) {
    ++sizes[static_cast<std::size_t>(part)];
    add(part, pair);
  };
  if (!data.train.empty()) {
    const auto read = [&](const std::string& name, std::int64_t limit, Part part) {
      read_checked(name, limit, config, progress, [&](Pair&& pair, const KnownPair& known) {
        if (known.is_kept) count_and_add(part, pair);
      });
    };
    read(data.train, data.limit, Part::train);
    read(data.valid, 0, Part::valid);
    if (!data.test.empty()) read(data.test, 0, Part::test);
  } else {
    SplitCorpus corpus(config, progress);
    const Split split = corpus.split();
    auto part = split.begin();
    corpus.for_each([&](const Pair& pair) { count_and_add(*part++, pair); });
  }
  require(sizes[static_cast<std::size_t>(Part::train)] > 0, "no pair is left to train on; raise --max-length");
  warn_of_empty_parts(sizes, config, progress);
}

CorpusParts load_parts(const Config& config, Progress& progress) {
  CorpusParts parts;
  read_parts(config, progress, [&](Part part, const Pair& pair) { parts.of(part).push_back(pair); });
  return parts;
}

}  // namespace weft::nmt

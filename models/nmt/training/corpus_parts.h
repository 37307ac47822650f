#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "models/nmt/config/config.h"
#include "models/nmt/config/settings.h"
#include "models/nmt/data/corpus.h"
#include "models/nmt/text/tokeniser.h"
#include "models/nmt/training/part_files.h"
#include "models/training/progress.h"

namespace weft::nmt {

/// Is told one line of talk.
using Say = std::function<void(std::string_view line)>;

/// How the pairs of a run's files stand in them.
CorpusFormat corpus_format(const Config& config);
/// Of another file in the run's languages: by `columns`, if that is among the given settings.
CorpusFormat other_format(Config config, const SettingValues& given);

/// A corpus in memory; says which lines were skipped, and what looks wrong with its columns.
Corpus load_corpus(const std::string& name, std::int64_t limit, const CorpusFormat& format, const Say& say);

/// Says what the normaliser loses of both sides of a corpus, however much.
void warn_of_losses(const Corpus& corpus, Normaliser normaliser, std::string_view name, const CorpusFormat& format,
                    const Say& say);

/// Whether both sides have at most `max_length` tokens.
bool is_short(const Pair& pair, std::int64_t max_length, const Tokeniser& source, const Tokeniser& target);
/// What there is to say of so many pairs that have more.
std::string left_out_line(std::size_t pairs, std::int64_t max_length);
/// The pairs whose sides have at most `max_length` tokens each; says how many have more.
std::vector<Pair> without_long_pairs(std::vector<Pair> pairs, std::int64_t max_length, const Tokeniser& source,
                                     const Tokeniser& target, const Say& say);

/// How many pairs of a corpus are looked at for what is wrong with it: its first ones.
inline constexpr std::size_t checked_pairs = 250'000;

/// Shows `add` the pairs that the config asks for, one after another, each with its part, without those that have too
/// many words. Tells what becomes of them, and warns of what the normaliser does to them and of parts that are empty.
/// What is in memory of a corpus that is to be split is its sentences' checksums, 16 bytes a pair. Throws Error when
/// nothing is left to train on, and when the normaliser leaves too little (normaliser_check.h).
void read_parts(const Config& config, Progress& progress, const std::function<void(Part, const Pair&)>& add);

/// The same pairs in memory.
CorpusParts load_parts(const Config& config, Progress& progress);

}  // namespace weft::nmt

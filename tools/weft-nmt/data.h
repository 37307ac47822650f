#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/nmt/batches.h"
#include "models/nmt/config.h"
#include "models/nmt/corpus.h"
#include "models/nmt/run_directory.h"
#include "models/nmt/vocabulary.h"

namespace weft::nmt {

/// Is told one line of talk.
using Say = std::function<void(std::string_view line)>;

/// A file of pairs, and what its lines are; says which of them were skipped.
Corpus load_corpus(const std::filesystem::path& path, std::int64_t limit, const Say& say);
/// Its pairs alone.
std::vector<Pair> load_pairs(const std::filesystem::path& path, std::int64_t limit, const Say& say);

/// The sentences that the config asks for, split, without those that have too many words; says what became of them.
/// Throws Error when nothing is left to train on.
CorpusParts load_parts(const Config& config, const Say& say);

/// The pairs whose sides have at most `max_length` tokens each; says how many have more.
std::vector<Pair> without_long_pairs(std::vector<Pair> pairs, std::int64_t max_length, const Tokeniser& source,
                                     const Tokeniser& target, const Say& say);

/// A side of the pairs.
using Side = std::string Pair::*;

/// The vocabulary of a side: of what is trained on and no more, so that held-out words are as unknown as others. With
/// subwords their model is learnt from the same sentences. Throws Error when that cannot be done.
Vocabulary make_vocabulary(std::span<const Pair> pairs, Side side, const Config& config);

/// The pairs as ids.
std::vector<Example> encode(std::span<const Pair> pairs, const Vocabulary& source, const Vocabulary& target);

}  // namespace weft::nmt

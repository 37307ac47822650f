#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/nmt/config/config.h"
#include "models/nmt/config/settings.h"
#include "models/nmt/data/batches.h"
#include "models/nmt/data/corpus.h"
#include "models/nmt/text/vocabulary.h"
#include "models/nmt/training/run_directory.h"
#include "models/training/progress.h"

namespace weft::nmt {

/// Is told one line of talk.
using Say = std::function<void(std::string_view line)>;

/// How the pairs of a run's files stand in them.
CorpusFormat corpus_format(const Config& config);
/// Of another file in the run's languages: by `columns`, if that is among the given settings.
CorpusFormat other_format(Config config, const SettingValues& given);

/// A corpus; says which lines were skipped, and what looks wrong with its columns.
Corpus load_corpus(const std::string& name, std::int64_t limit, const CorpusFormat& format, const Say& say);

/// Says what the normaliser loses of both sides of a corpus, however much.
void warn_of_losses(const Corpus& corpus, Normaliser normaliser, std::string_view name, const CorpusFormat& format,
                    const Say& say);

/// The sentences that the config asks for, split, without those that have too many words; says what became of them, and
/// warns of what the normaliser does to them and of parts that are empty. Throws Error when nothing is left to train
/// on, and when the normaliser leaves too little (normaliser_check.h).
CorpusParts load_parts(const Config& config, const Say& say);

/// The pairs whose sides have at most `max_length` tokens each; says how many have more.
std::vector<Pair> without_long_pairs(std::vector<Pair> pairs, std::int64_t max_length, const Tokeniser& source,
                                     const Tokeniser& target, const Say& say);

/// The vocabulary of a side: of what is trained on and no more, so that held-out words are as unknown as others. With
/// subwords their model is learnt from the same sentences. Throws Error when that cannot be done, or when there is no
/// word.
Vocabulary make_vocabulary(std::span<const Pair> pairs, Side side, const Config& config);

/// The pairs as ids.
std::vector<Example> encode(std::span<const Pair> pairs, const Vocabulary& source, const Vocabulary& target);

/// Makes a run of pairs: learns the vocabularies of what is trained on, and writes them with the pairs and the settings
/// to the folder, as RunDirectory::create does. Says what it does; pairs of too many tokens are left out.
///
///     CorpusParts parts{.train = pairs};
///     Progress progress;
///     RunDirectory run = prepare_run("runs/mine", preset("small"), parts, progress);
///     TrainingSession(run, progress).run();
RunDirectory prepare_run(const std::filesystem::path& path, Config config, CorpusParts parts, Progress& progress,
                         bool overwrite = false);

}  // namespace weft::nmt

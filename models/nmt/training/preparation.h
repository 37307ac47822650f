#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "models/nmt/config/config.h"
#include "models/nmt/data/examples.h"
#include "models/nmt/data/pair_sequence.h"
#include "models/nmt/text/vocabulary.h"
#include "models/nmt/training/corpus_parts.h"
#include "models/nmt/training/part_files.h"
#include "models/nmt/training/run_directory.h"
#include "models/training/progress.h"

namespace weft::nmt {

/// Bytes that the words of a corpus may take while they are counted, and sentences while subwords are learnt from them.
inline constexpr std::size_t default_data_memory = std::size_t{512} << 20;

/// Where a vocabulary is learnt: in about so many bytes, and in files in the folder, which are gone behind it.
struct LearningMemory {
  std::size_t bytes = default_data_memory;
  std::filesystem::path folder = std::filesystem::temp_directory_path();
};

/// The vocabulary of a side: of what is trained on and no more, so that held-out words are as unknown as others. With
/// subwords their model is learnt from the same sentences; from their most frequent words and the exact counts of these,
/// as many as the memory holds, when the sentences are too many for it. Throws Error when that cannot be done, or when
/// there is no word.
Vocabulary make_vocabulary(const PairSequence& pairs, Side side, const Config& config,
                           const LearningMemory& memory = {});

/// The pair as ids.
Example encode(const Pair& pair, const Vocabulary& source, const Vocabulary& target);
std::vector<Example> encode(std::span<const Pair> pairs, const Vocabulary& source, const Vocabulary& target);

/// Makes a run of pairs: learns the vocabularies of what is trained on, and writes them with the pairs and the settings
/// to the folder, as RunDirectory::create does. Says what it does; pairs of too many tokens are left out.
///
///     RunDirectory run = prepare_run("runs/mine", preset("small"), {.train = pairs}, progress);
///     TrainingSession(run, progress).run();
RunDirectory prepare_run(const std::filesystem::path& path, const Config& config, const CorpusParts& parts,
                         Progress& progress, bool overwrite = false);
/// The same of pairs that are in files, as they may be more than fit in memory; `data_memory` is what is granted to
/// learning from them.
RunDirectory prepare_run(const std::filesystem::path& path, Config config, PartFiles& parts, Progress& progress,
                         bool overwrite = false, std::size_t data_memory = default_data_memory);

}  // namespace weft::nmt

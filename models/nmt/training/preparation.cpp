#include "models/nmt/training/preparation.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "graph/base/counted.h"
#include "graph/base/error.h"
#include "graph/base/quantity.h"
#include "models/nmt/data/mapped_pairs.h"
#include "models/nmt/text/language.h"
#include "models/nmt/text/normalise.h"
#include "models/nmt/text/word_counts.h"
#include "models/nmt/training/translation_task.h"

namespace weft::nmt {
namespace {

std::string_view language_of(Side side, const Config& config) {
  return side == &Pair::source ? config.source_language : config.target_language;
}

/// What SentencePiece takes for each byte of the sentences that it learns from, and for each word: measured, rounded up.
constexpr std::size_t learning_bytes_per_byte = 24;
constexpr std::size_t learning_bytes_per_word = 1024;

/// The subwords of a side's sentences, and of their most frequent words where they are too many.
SubwordModel learn_subwords(const PairSequence& pairs, Side side, const Config& config, const LearningMemory& memory) {
  const std::size_t most_bytes = memory.bytes / learning_bytes_per_byte;
  std::vector<std::string> sentences;
  std::size_t bytes = 0;
  WordCounts counts(memory.bytes, memory.folder);
  CharacterSet characters;
  map_pairs<std::string>(
      pairs, [&](const Pair& pair) { return normalised_words(pair.*side, config.normaliser); },
      [&](Pair&&, std::string&& sentence) {
        counts.add(sentence);
        characters.add(sentence);
        bytes += sentence.size();
        if (bytes <= most_bytes)
          sentences.push_back(std::move(sentence));
        else
          sentences = {};
      });
  if (bytes <= most_bytes) return SubwordModel::train(sentences, config.subwords, config.subword_model);
  return SubwordModel::train(counts.by_frequency(memory.bytes / learning_bytes_per_word), characters, config.subwords,
                             config.subword_model);
}

}  // namespace

Vocabulary make_vocabulary(const PairSequence& pairs, Side side, const Config& config, const LearningMemory& memory) {
  if (config.subwords > 0)
    return Vocabulary::of_subwords(
        {config.normaliser, std::make_shared<SubwordModel>(learn_subwords(pairs, side, config, memory))});
  WordCounts counts(memory.bytes, memory.folder);
  map_pairs<std::string>(
      pairs, [&](const Pair& pair) { return normalise(pair.*side, config.normaliser); },
      [&](Pair&&, std::string&& words) { counts.add(words); });
  const std::int64_t limit = config.vocabulary_limit;
  Vocabulary vocabulary(counts, limit > 0 ? std::optional(static_cast<std::size_t>(limit)) : std::nullopt,
                        config.normaliser);
  constexpr std::size_t not_words = 4;  // padding, <start>, <end> and <unk>
  require(vocabulary.size() > not_words,
          "the {} sentences have no word at all: is the corpus of these languages, and its columns the right ones "
          "(--columns)?",
          language_name(language_of(side, config)));
  return vocabulary;
}

Example encode(const Pair& pair, const Vocabulary& source, const Vocabulary& target) {
  const auto ids = [](const Vocabulary& vocabulary, const std::string& sentence) {
    return vocabulary.encode(vocabulary.tokeniser().tokens(sentence));
  };
  return {ids(source, pair.source), ids(target, pair.target)};
}

std::vector<Example> encode(std::span<const Pair> pairs, const Vocabulary& source, const Vocabulary& target) {
  std::vector<Example> examples;
  for (const Pair& pair : pairs) examples.push_back(encode(pair, source, target));
  return examples;
}

namespace {

/// Pairs that have few words may have many pieces, which is known only when the pieces have been learnt.
void leave_out_long(PartFiles& parts, std::int64_t max_length, const Tokeniser& source, const Tokeniser& target,
                    Progress& progress) {
  for (const Part part : all_parts) {
    progress.start("Cutting words", parts.size(part));
    const std::size_t left_out = parts.keep(
        part, [&](const Pair& pair) { return is_short(pair, max_length, source, target); }, progress);
    progress.stop();
    if (left_out > 0) progress.log(left_out_line(left_out, max_length));
  }
  require(parts.size(Part::train) > 0, "no pair is left to train on; raise --max-length or --subwords");
}

/// make_vocabulary, which takes minutes where the sentences are many or subwords are learnt: says what it does.
Vocabulary learn_vocabulary(PartFiles& parts, Side side, std::string_view name, const Config& config,
                            Progress& progress, const LearningMemory& memory) {
  const PairSequence pairs = parts.pairs(Part::train);
  std::optional<Vocabulary> vocabulary;
  if (config.subwords == 0) {
    progress.during(fmt::format("Counting the words of the {}", name),
                    [&] { vocabulary = make_vocabulary(pairs, side, config, memory); });
    return std::move(*vocabulary);
  }
  progress.log(fmt::format("Subwords    learning up to {} pieces from {} of the {}", config.subwords,
                           counted(parts.size(Part::train), "sentence"), name));
  const auto begin = std::chrono::steady_clock::now();
  progress.during("Learning subwords", [&] { vocabulary = make_vocabulary(pairs, side, config, memory); });
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
    say("warning: this processor has no instructions for products in bf16: they are slower than in f32");
  return product_precision(wanted) == Precision::bf16 ? TrainingPrecision::bf16 : TrainingPrecision::f32;
}

}  // namespace

RunDirectory prepare_run(const std::filesystem::path& path, Config config, PartFiles& parts, Progress& progress,
                         bool overwrite, std::size_t data_memory) {
  const Say say = [&](std::string_view line) { progress.log(line); };
  config.training.precision = precision_here(config.training.precision, say);
  const LearningMemory memory{.bytes = data_memory, .folder = path};
  const Vocabulary source = learn_vocabulary(parts, &Pair::source, "source", config, progress, memory);
  const Vocabulary target = learn_vocabulary(parts, &Pair::target, "target", config, progress, memory);
  if (config.subwords > 0)
    leave_out_long(parts, config.data.max_length, source.tokeniser(), target.tokeniser(), progress);
  config.model.source_vocabulary = static_cast<std::int64_t>(source.size());
  config.model.target_vocabulary = static_cast<std::int64_t>(target.size());
  return RunDirectory::create(path, config, source, target, overwrite, &parts);
}

RunDirectory prepare_run(const std::filesystem::path& path, const Config& config, const CorpusParts& parts,
                         Progress& progress, bool overwrite) {
  PartFiles files(path, parts);
  return prepare_run(path, config, files, progress, overwrite);
}

}  // namespace weft::nmt

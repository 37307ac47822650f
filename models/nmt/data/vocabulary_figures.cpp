#include "models/nmt/data/vocabulary_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "graph/base/error.h"
#include "graph/base/json_value.h"
#include "graph/base/sha256.h"
#include "models/nmt/text/language.h"
#include "models/nmt/text/normalise.h"
#include "models/nmt/text/vocabulary.h"
#include "models/nmt/text/word_counts.h"
#include "models/nmt/text/words.h"

namespace weft::nmt {
namespace {

constexpr std::size_t sample_pair = 1000;
constexpr std::size_t listed_words = 40;

/// Digest of lines with a line feed between each two.
class LinesDigest {
 public:
  void add(std::string_view line) {
    if (!first_) sha_.update("\n");
    first_ = false;
    sha_.update(line);
  }
  std::string hex_digest() { return sha_.hex_digest(); }

 private:
  Sha256 sha_;
  bool first_ = true;
};

/// One side of the corpus.
struct Language {
  explicit Language(Normaliser of_words) : normaliser(of_words) {}

  Normaliser normaliser;
  std::vector<std::string> sentences;  // normalised
  std::size_t restored = 0;            // of them, to the byte; counted where the normaliser can be undone

  bool is_reversible() const { return normaliser == Normaliser::reversible; }

  void add(const std::string& sentence) {
    sentences.push_back(normalise(sentence, normaliser));
    if (is_reversible() && detokenise(normalised_words(sentence, normaliser), normaliser) == sentence) ++restored;
  }

  std::string digest() const {
    LinesDigest lines;
    for (const std::string& sentence : sentences) lines.add(sentence);
    return lines.hex_digest();
  }

  Json figures() const {
    WordCounts counts;
    std::size_t max_length = 0;
    for (const std::string& sentence : sentences) {
      counts.add(sentence);
      max_length = std::max(max_length, split_words(sentence).size());
    }
    const Vocabulary vocabulary(counts);
    std::vector<std::string> words;
    for (WordCount& word : counts.by_frequency()) words.push_back(std::move(word.word));
    LinesDigest word_lines;
    for (const std::string& word : words) word_lines.add(word);

    Json figures;
    figures["vocabulary_size_with_padding"] = words.size() + 1;
    figures["max_length"] = max_length;
    figures["first_40_words_by_index"] = std::vector<std::string>(
        words.begin(), words.begin() + static_cast<std::ptrdiff_t>(std::min(words.size(), listed_words)));
    figures["sha256_words_by_index_joined_by_newline"] = word_lines.hex_digest();
    if (is_reversible()) figures["sentences_restored_to_the_byte"] = restored;
    figures["ids_of_pair_1000"] = sample_pair < sentences.size() ? ids(vocabulary, sentences[sample_pair]) : Json();
    figures["ids_of_last_pair"] = ids(vocabulary, sentences.back());
    return figures;
  }

 private:
  static Json ids(const Vocabulary& vocabulary, std::string_view sentence) {
    Json ids = Json::list();
    for (const std::string_view word : split_words(sentence)) ids.push_back(vocabulary.id(word));
    return ids;
  }
};

/// "chinese_traditional" of "zh-Hant", whose name is "Chinese (Traditional)".
std::string key_of(std::string_view language) {
  std::string key;
  for (const char c : case_folded(language_name(language))) {
    if (c == ' ' && !key.empty() && key.back() != '_') key += '_';
    if (c != ' ' && c != '(' && c != ')') key += c;
  }
  return key;
}

}  // namespace

std::string vocabulary_figures(std::span<const Pair> pairs, std::string_view source_language,
                               std::string_view target_language, Normaliser normaliser) {
  require(!pairs.empty(), "a corpus without pairs has no vocabulary");
  const std::string source_key = key_of(source_language);
  const std::string target_key = key_of(target_language);
  require(source_key != target_key, "source and target language are both {}: tell them apart",
          language_name(source_language));
  Language source(normaliser), target(normaliser);
  for (const Pair& pair : pairs) {
    target.add(pair.target);
    source.add(pair.source);
  }
  Json figures;
  figures["pairs"] = pairs.size();
  figures[fmt::format("sha256_{}_normalised_joined_by_newline", target_key)] = target.digest();
  figures[fmt::format("sha256_{}_normalised_joined_by_newline", source_key)] = source.digest();
  figures[target_key] = target.figures();
  figures[source_key] = source.figures();
  return figures.dump(1);
}

}  // namespace weft::nmt

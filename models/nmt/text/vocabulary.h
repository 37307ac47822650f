#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/nmt/text/tokeniser.h"
#include "models/nmt/text/word_counts.h"

namespace weft::nmt {

/// The words of a language and their ids, and how its sentences become such words. 0 is padding; the words follow from
/// 1, the most frequent first; the last id is `<unk>`, which stands for every other word. So the ids of the words are
/// the tutorial's, which has no `<unk>`. With a subword model its pieces take the place of words.
class Vocabulary {
 public:
  static constexpr std::int32_t padding = 0;

  /// The most words a vocabulary may hold.
  static constexpr std::size_t max_words = std::size_t{1} << 24;

  /// The vocabulary of the counted sentences: all of their words, or the `limit` most frequent ones. `<start>` and
  /// `<end>` count towards the limit, and are kept however rare they are.
  /// Throws Error if no sentence was counted, or if the limit leaves no room for a word beside those two.
  explicit Vocabulary(const WordCounts& counts, std::optional<std::size_t> limit = std::nullopt,
                      Tokeniser tokeniser = {});

  /// The pieces of a tokeniser's subword model: `<start>` and `<end>`, then the pieces in the model's order.
  static Vocabulary of_subwords(const Tokeniser& tokeniser);

  /// Reads a file that `save` wrote. Throws Error with the number of the line if a line is empty, holds a blank or
  /// bytes that are not UTF-8, or repeats an earlier word, if `<start>` or `<end>` is missing or `<unk>` is not the
  /// last, and if the words are not the pieces of the tokeniser's subword model.
  static Vocabulary load(const std::filesystem::path& path, const Tokeniser& tokeniser = {});

  /// One word a line, so that line n is the word with id n: padding is left out, `<unk>` comes last.
  std::string lines() const;
  /// Writes those to a file.
  void save(const std::filesystem::path& path) const;

  /// The number of ids: the words, padding and `<unk>`.
  std::size_t size() const { return words_.size(); }

  /// The id of a word, or `unknown_id()`.
  std::int32_t id(std::string_view word) const;

  /// The word of an id; `<pad>` for 0. Throws Error if the id is not in [0, size).
  const std::string& word(std::int32_t id) const;

  std::int32_t start_id() const { return start_id_; }
  std::int32_t end_id() const { return end_id_; }
  std::int32_t unknown_id() const { return static_cast<std::int32_t>(words_.size()) - 1; }

  const Tokeniser& tokeniser() const { return tokeniser_; }

  std::vector<std::int32_t> encode(const std::vector<std::string>& tokens) const;

  /// The words of the ids with one space between each two; `<start>`, `<end>` and padding are left out, and pieces of a
  /// word are put together. Throws Error if an id is not in [0, size).
  std::string decode(std::span<const std::int32_t> ids) const;

 private:
  /// From the words with ids from 1 to the last but one. Throws Error if `<start>` or `<end>` is not among them.
  Vocabulary(std::vector<std::string> words, Tokeniser tokeniser);

  Tokeniser tokeniser_;
  std::vector<std::string> words_;  // by id
  WordMap<std::int32_t> ids_;       // without padding and <unk>
  std::int32_t start_id_ = 0;
  std::int32_t end_id_ = 0;
};

}  // namespace weft::nmt

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/nmt/text/word_count_runs.h"

namespace weft::nmt {

/// How SentencePiece finds its pieces.
enum class SubwordKind {
  unigram,  ///< the likeliest pieces under a unigram language model (Kudo, arXiv:1804.10959)
  bpe,      ///< the most frequent pairs merged, again and again (Sennrich et al., arXiv:1508.07909)
};
/// "unigram", "bpe".
std::string_view to_string(SubwordKind kind);
/// The inverse of to_string. Throws Error that lists the names.
SubwordKind parse_subword_kind(std::string_view name);

/// The characters of a text.
class CharacterSet {
 public:
  /// Throws Error if it is not UTF-8.
  void add(std::string_view text);
  std::size_t size() const { return size_; }
  /// Those that `others` lacks, but for blanks, in Unicode's order.
  std::vector<std::string> without(const CharacterSet& others) const;

 private:
  std::vector<bool> has_ = std::vector<bool>(0x11'0000);
  std::size_t size_ = 0;
};

/// Cuts words into pieces that were learnt from sentences, so that few words are unknown: a SentencePiece model
/// (https://github.com/google/sentencepiece). A piece that opens a word starts with `▁` (U+2581).
///
///     je mangeais .  ->  ▁je ▁mange ais ▁.
class SubwordModel {
 public:
  /// Learns at most `size` pieces from normalised sentences, words with single spaces between, without `<start>` and
  /// `<end>`; fewer when the sentences hold no more. Every character of the sentences is a piece. The same sentences
  /// give the same model, on any machine. Throws Error when nothing can be learnt, or `size` has no room for the
  /// characters.
  static SubwordModel train(std::span<const std::string> sentences, std::int64_t size, SubwordKind kind);

  /// Learns them from words and how often each occurs. Characters of the sentences that none of these words has are
  /// pieces as well, as if each were a word that occurs once. "bpe" gives the model of the sentences; "unigram" starts from pieces that are in many different
  /// words, rather than in many words, and so gives another one.
  static SubwordModel train(std::span<const WordCount> words, const CharacterSet& characters, std::int64_t size,
                            SubwordKind kind);

  /// Reads what bytes() has given. Throws Error, after `origin` (a path), for anything else.
  explicit SubwordModel(std::string bytes, std::string_view origin = "the subword model");
  ~SubwordModel();
  SubwordModel(SubwordModel&&) noexcept;
  SubwordModel& operator=(SubwordModel&&) noexcept;

  /// The model as the file that SentencePiece's own tools read.
  const std::string& bytes() const;
  /// All pieces, in the model's order, but the one that stands for what is unknown.
  std::vector<std::string> pieces() const;
  /// The pieces of a normalised sentence; characters that no piece has stand for themselves.
  std::vector<std::string> split(std::string_view sentence) const;
  /// The inverse: words with spaces between.
  static std::string join(std::span<const std::string> pieces);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::nmt

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

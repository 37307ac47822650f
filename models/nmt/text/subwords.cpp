#include "models/nmt/text/subwords.h"

#include <fmt/format.h>
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <array>
#include <unordered_map>
#include <utility>

#include "graph/base/error.h"
#include "graph/base/quote.h"
#include "models/nmt/text/utf8.h"

namespace weft::nmt {
namespace {

constexpr std::string_view word_start = "\u2581";
constexpr std::array kinds = {SubwordKind::unigram, SubwordKind::bpe};

/// Hands SentencePiece sentences, or words and their counts, so that they need not be written to a file.
template <typename Item>
class Input : public sentencepiece::SentenceIterator {
 public:
  explicit Input(std::span<const Item> items) : rest_(items) { take(); }

  bool done() const override { return rest_.empty(); }
  void Next() override {
    rest_ = rest_.subspan(1);
    take();
  }
  const std::string& value() const override { return line_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  void take() {
    if (!rest_.empty()) line_ = line_of(rest_.front());
  }
  static const std::string& line_of(const std::string& sentence) { return sentence; }
  static std::string line_of(const WordCount& word) { return fmt::format("{}\t{}", word.word, word.count); }

  std::span<const Item> rest_;
  std::string line_;
};

/// SentencePiece's options. The normaliser has said already what a character and what a word is, so SentencePiece is
/// to change none and to know of no other words; and nothing may depend on chance or on the machine's threads.
std::unordered_map<std::string, std::string> training_options(std::int64_t size, SubwordKind kind) {
  return {{"model_type", std::string(to_string(kind))},
          {"vocab_size", fmt::format("{}", size)},
          {"hard_vocab_limit", "false"},
          {"character_coverage", "1"},
          {"normalization_rule_name", "identity"},
          {"split_by_unicode_script", "false"},
          {"split_by_number", "false"},
          {"max_sentence_length", "65536"},  // a line of a corpus is no longer
          {"bos_id", "-1"},
          {"eos_id", "-1"},
          {"num_threads", "1"},
          {"minloglevel", "2"}};
}

/// SentencePiece's own complaint about too few pieces is for those who know its options.
void check_size(const CharacterSet& characters, std::size_t items, std::string_view what, std::int64_t size) {
  const std::size_t least = characters.size() + 1;  // a blank becomes the mark of a word; one stands for the unknown
  require(std::cmp_greater_equal(size, least),
          "{} pieces cannot make the words of {} {}, which have {} different characters, each of them a piece; "
          "ask for at least {}",
          size, items, what, characters.size(), least);
}

/// The model of what `what` names.
template <typename Item>
std::string learn(std::span<const Item> items, std::string_view what, std::int64_t size, SubwordKind kind,
                  const std::unordered_map<std::string, std::string>& options) {
  Input<Item> input(items);
  std::string bytes;
  const auto status = sentencepiece::SentencePieceTrainer::Train(options, &input, &bytes);
  require(status.ok(), "no {} subword model of {} pieces can be learnt from {} {}: {}", to_string(kind), size,
          items.size(), what, status.ToString());
  return bytes;
}

}  // namespace

std::string_view to_string(SubwordKind kind) { return kind == SubwordKind::unigram ? "unigram" : "bpe"; }

SubwordKind parse_subword_kind(std::string_view name) {
  for (const SubwordKind kind : kinds)
    if (name == to_string(kind)) return kind;
  fail("there is no subword model '{}'; choose one of: unigram, bpe", name);
}

struct SubwordModel::Impl {
  std::string bytes;
  sentencepiece::SentencePieceProcessor processor;
};

void CharacterSet::add(std::string_view text) {
  for (const char32_t c : code_points(text)) {
    size_ += has_[c] ? 0 : 1;
    has_[c] = true;
  }
}

std::vector<std::string> CharacterSet::without(const CharacterSet& others) const {
  std::vector<std::string> characters;
  for (std::size_t c = 0; c < has_.size(); ++c) {
    if (!has_[c] || others.has_[c] || c == U' ') continue;
    append_utf8(static_cast<char32_t>(c), characters.emplace_back());
  }
  return characters;
}

SubwordModel SubwordModel::train(std::span<const std::string> sentences, std::int64_t size, SubwordKind kind) {
  constexpr std::string_view what = "sentences";
  CharacterSet characters;
  for (const std::string& sentence : sentences) characters.add(sentence);
  check_size(characters, sentences.size(), what, size);
  return SubwordModel(learn(sentences, what, size, kind, training_options(size, kind)));
}

SubwordModel SubwordModel::train(std::span<const WordCount> words, const CharacterSet& characters, std::int64_t size,
                                 SubwordKind kind) {
  constexpr std::string_view what = "different words";
  check_size(characters, words.size(), what, size);
  auto options = training_options(size, kind);
  options["input_format"] = "tsv";
  std::vector<WordCount> all(words.begin(), words.end());
  CharacterSet known;
  for (const WordCount& word : words) known.add(word.word);
  for (const std::string& character : characters.without(known)) all.push_back({.word = character, .count = 1});
  return SubwordModel(learn(std::span<const WordCount>(all), what, size, kind, options));
}

SubwordModel::SubwordModel(std::string bytes, std::string_view origin) : impl_(std::make_unique<Impl>()) {
  impl_->bytes = std::move(bytes);
  std::string complaint;
  try {
    const auto status = impl_->processor.LoadFromSerializedProto(impl_->bytes);
    if (!status.ok()) complaint = status.ToString();
  } catch (const std::exception& error) {  // of the index of pieces, which SentencePiece lets through
    complaint = error.what();
  }
  require(complaint.empty(), "{}: it is no SentencePiece model: {}", origin, excerpt(complaint, 300));
}

SubwordModel::~SubwordModel() = default;
SubwordModel::SubwordModel(SubwordModel&&) noexcept = default;
SubwordModel& SubwordModel::operator=(SubwordModel&&) noexcept = default;

const std::string& SubwordModel::bytes() const { return impl_->bytes; }

std::vector<std::string> SubwordModel::pieces() const {
  std::vector<std::string> pieces;
  for (int id = 0; id < impl_->processor.GetPieceSize(); ++id) {
    if (!impl_->processor.IsUnknown(id)) pieces.push_back(impl_->processor.IdToPiece(id));
  }
  return pieces;
}

std::vector<std::string> SubwordModel::split(std::string_view sentence) const {
  std::vector<std::string> pieces;
  const auto status = impl_->processor.Encode(sentence, &pieces);
  check_invariant(status.ok(), "SentencePiece cannot split a sentence: {}", status.ToString());
  return pieces;
}

std::string SubwordModel::join(std::span<const std::string> pieces) {
  std::string text;
  for (std::string_view piece : pieces) {
    while (piece.starts_with(word_start)) {
      if (!text.empty() && text.back() != ' ') text += ' ';
      piece.remove_prefix(word_start.size());
    }
    text += piece;
  }
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace weft::nmt

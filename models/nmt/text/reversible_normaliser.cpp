#include "models/nmt/text/reversible_normaliser.h"

#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include "graph/base/error.h"
#include "models/nmt/text/blanks.h"
#include "models/nmt/text/special_words.h"
#include "models/nmt/text/utf8.h"
#include "models/nmt/text/words.h"

namespace weft::nmt {
namespace {

constexpr std::string_view joiner = "\uFFED";
constexpr std::string_view escape_mark = "\uFF05";
constexpr std::array escaped = {U'\uFFED', U'\uFF05', U'\u2581'};
constexpr std::size_t escape_digits = 4;
constexpr std::string_view narrow_space = "\u202F";

/// What French leaves out a vowel of, in lower case.
constexpr std::array<std::u32string_view, 15> elided = {U"c",      U"d",      U"j",      U"l",      U"m",
                                                        U"n",      U"s",      U"t",      U"qu",     U"jusqu",
                                                        U"puisqu", U"lorsqu", U"quoiqu", U"quelqu", U"presqu"};

template <typename Range>
bool contains(const Range& range, char32_t c) {
  return std::ranges::find(range, c) != std::ranges::end(range);
}

bool is_apostrophe(char32_t c) { return c == U'\'' || c == U'\u2019'; }
bool is_hyphen(char32_t c) { return c == U'-' || c == U'\u2010' || c == U'\u2011'; }

/// A letter, a digit, or a mark of one.
bool is_of_word(char32_t c) {
  const auto category = U_GET_GC_MASK(static_cast<UChar32>(c));
  return (category & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK)) != 0;
}

bool is_separator(char32_t c) { return is_blank(c) || u_charType(static_cast<UChar32>(c)) == U_CONTROL_CHAR; }

/// The sentence in NFC.
std::u32string composed(std::string_view sentence) {
  std::u32string text = code_points(sentence);  // its complaint names the byte that is not UTF-8
  if (std::ranges::all_of(text, [](char32_t c) { return c < 0x300; })) return text;
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  std::string result;
  icu::StringByteSink<std::string> sink(&result);
  if (U_SUCCESS(status) != 0) {
    nfc->normalizeUTF8(0, {sentence.data(), static_cast<std::int32_t>(sentence.size())}, sink, nullptr, status);
  }
  check_invariant(U_SUCCESS(status) != 0, "ICU cannot compose a sentence: {}", u_errorName(status));
  return code_points(result);
}

/// Cuts a sentence into words and marks.
class Cutter {
 public:
  explicit Cutter(std::u32string_view text) : text_(text) {}

  /// The next word or mark; empty at the end.
  std::u32string_view next() {
    begin_ = end_;
    while (begin_ < text_.size() && is_separator(text_[begin_])) ++begin_;
    follows_blank_ = begin_ > end_ || begin_ == 0;
    end_ = begin_;
    if (begin_ == text_.size()) return {};
    if (!is_of_word(text_[begin_]) && !opens_word(begin_)) {
      while (end_ < text_.size() && text_[end_] == text_[begin_]) ++end_;
    } else {
      do ++end_;
      while (word_at(end_));
      if (end_ < text_.size() && is_apostrophe(text_[end_]) && word_at(end_ + 1) && is_elided()) ++end_;
    }
    return text_.substr(begin_, end_ - begin_);
  }

  /// Whether there is a blank, or nothing, before what next() has returned.
  bool follows_blank() const { return follows_blank_; }

 private:
  bool word_at(std::size_t at) const { return at < text_.size() && is_of_word(text_[at]); }

  /// Whether it is an apostrophe or a hyphen between letters. Of an elision it has been taken already.
  bool opens_word(std::size_t at) const {
    return at > 0 && (is_apostrophe(text_[at]) || is_hyphen(text_[at])) && word_at(at - 1) && word_at(at + 1);
  }

  bool is_elided() const {
    std::u32string word(text_.substr(begin_, end_ - begin_));
    if (is_hyphen(word.front())) word.erase(0, 1);  // Est-ce-qu'il
    std::ranges::transform(word, word.begin(),
                           [](char32_t c) { return static_cast<char32_t>(u_tolower(static_cast<UChar32>(c))); });
    return std::ranges::find(elided, word) != elided.end();
  }

  std::u32string_view text_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool follows_blank_ = true;
};

void append_escaped(std::u32string_view token, std::string& output) {
  for (const char32_t c : token) {
    if (contains(escaped, c)) {
      output += fmt::format("{}{:04X}", escape_mark, static_cast<std::uint32_t>(c));
    } else {
      append_utf8(c, output);
    }
  }
}

/// A token with its escapes undone. What only looks like one stays as it is.
std::string unescaped(std::string_view token) {
  std::string text;
  for (std::size_t at = 0; at < token.size();) {
    const std::size_t escape = std::min(token.find(escape_mark, at), token.size());
    text += token.substr(at, escape - at);
    at = escape;
    if (at == token.size()) break;
    const std::string_view digits = token.substr(at + escape_mark.size(), escape_digits);
    std::uint32_t code = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (error == std::errc{} && end == digits.data() + escape_digits && contains(escaped, code)) {
      append_utf8(code, text);
      at += escape_mark.size() + escape_digits;
    } else {
      text += escape_mark;
      at += escape_mark.size();
    }
  }
  return text;
}

/// Which blank stands between words that are not joined, as French sets its marks.
class Spacing {
 public:
  /// `words` are of a whole sentence. Where `»` stands before the first `«`, they point inwards, »so«, and have plain
  /// spaces.
  explicit Spacing(std::string_view words) {
    const std::size_t opening = words.find("«");
    are_french_ = opening == std::string_view::npos || opening < words.find("»");
  }

  std::string_view between(std::string_view left, std::string_view right) const {
    constexpr std::array<std::string_view, 4> before = {"?", "!", ";", ":"};
    const bool is_narrow =
        std::ranges::any_of(before, [&](std::string_view mark) { return right.starts_with(mark); }) ||
        (are_french_ && (left.ends_with("«") || right.starts_with("»")));
    return is_narrow ? narrow_space : " ";
  }

 private:
  bool are_french_ = true;
};

}  // namespace

std::string reversible_normalise(std::string_view sentence) {
  const std::u32string text = composed(sentence);
  std::string output(start_token);
  Cutter cutter(text);
  for (std::u32string_view token = cutter.next(); !token.empty(); token = cutter.next()) {
    const bool is_joined = !cutter.follows_blank();
    const bool is_word = is_of_word(token.front());
    if (is_joined && is_word) output += joiner;
    output += ' ';
    if (is_joined && !is_word) output += joiner;
    append_escaped(token, output);
  }
  output += ' ';
  output += end_token;
  return output;
}

std::string reversible_detokenise(std::string_view words) {
  std::string text;
  const Spacing spacing(words);
  std::string_view left;
  bool joined = true;
  for (std::string_view word : split_words(words)) {
    if (word.starts_with(joiner)) {
      word.remove_prefix(joiner.size());
      joined = true;
    }
    const bool joins_next = word.empty() || word.ends_with(joiner);  // empty: a joint that stands alone
    if (word.ends_with(joiner)) word.remove_suffix(joiner.size());
    if (!joined) text += spacing.between(left, word);
    text += unescaped(word);
    left = word;
    joined = joins_next;
  }
  return text;
}

}  // namespace weft::nmt

#include "models/nmt/metrics/bleu_tokenizer.h"

#include <array>
#include <utility>

#include "graph/base/error.h"
#include "models/nmt/text/blanks.h"

namespace weft::nmt {
namespace {

// All characters that the rules speak of are ASCII, so they work on bytes: a byte of any other character is one that is
// neither a digit nor punctuation.

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_period_or_comma(char c) { return c == '.' || c == ','; }

/// ASCII punctuation, blank and symbols, but for the period, the comma, the dash and the apostrophe.
bool is_mark(char c) {
  return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') || (c >= '(' && c <= '+') ||
         (c >= ':' && c <= '@') || c == '/';
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string with_marks_apart(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (is_mark(c)) {
      result += {' ', c, ' '};
    } else {
      result += c;
    }
  }
  return result;
}

/// Sets blanks around one of two neighbours wherever they are a pair that `is_pair` knows, from left to right; what
/// belongs to one pair belongs to no other.
template <typename IsPair>
std::string with_pairs_apart(std::string_view text, bool blank_before_first, bool blank_after_second, IsPair is_pair) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 1 == text.size() || !is_pair(text[i], text[i + 1])) {
      result += text[i];
      continue;
    }
    if (blank_before_first) result += ' ';
    result += {text[i], ' ', text[i + 1]};
    if (blank_after_second) result += ' ';
    ++i;
  }
  return result;
}

/// The rules of mteval-v13a, one after the other, as sacreBLEU has them.
std::string tokenized_13a(std::string_view sentence) {
  std::string text(without_blanks_behind(sentence));
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> replacements{
      {{"<skipped>", ""}, {"-\n", ""}, {"\n", " "}, {"&quot;", "\""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}}};
  for (const auto& [from, to] : replacements) text = replaced(std::move(text), from, to);
  text = with_marks_apart(" " + text + " ");
  // A period or comma stays only between two digits, and a dash stays but behind a digit.
  text = with_pairs_apart(text, false, true, [](char a, char b) { return !is_digit(a) && is_period_or_comma(b); });
  text = with_pairs_apart(text, true, false, [](char a, char b) { return is_period_or_comma(a) && !is_digit(b); });
  return with_pairs_apart(text, false, true, [](char a, char b) { return is_digit(a) && b == '-'; });
}

}  // namespace

std::string_view to_string(BleuTokenizer tokenizer) { return tokenizer == BleuTokenizer::none ? "none" : "13a"; }

BleuTokenizer parse_bleu_tokenizer(std::string_view name) {
  for (const BleuTokenizer tokenizer : {BleuTokenizer::none, BleuTokenizer::mteval_13a})
    if (name == to_string(tokenizer)) return tokenizer;
  fail("unknown tokenizer '{}': one of none, 13a is needed", name);
}

std::vector<std::string> bleu_words(std::string_view sentence, BleuTokenizer tokenizer) {
  if (tokenizer == BleuTokenizer::none) return split_at_blanks(sentence);
  return split_at_blanks(tokenized_13a(sentence));
}

}  // namespace weft::nmt

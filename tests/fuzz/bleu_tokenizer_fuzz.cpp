#include <unicode/regex.h>

#include "models/nmt/metrics/bleu_tokenizer.h"
#include "models/nmt/text/blanks.h"
#include "models/nmt/text/utf8.h"
#include "tests/fuzz/harness.h"

// BLEU's words: by sacreBLEU's own regular expressions too.

namespace weft::fuzz {
namespace {

using namespace nmt;

struct Rule {
  const char* pattern;
  const char* replacement;
};
/// sacrebleu/tokenizers/tokenizer_re.py.
constexpr Rule rules[] = {{R"(([\{-\~\[-\` -\&\(-\+\:-\@\/]))", " $1 "},
                          {R"(([^0-9])([\.,]))", "$1 $2 "},
                          {R"(([\.,])([^0-9]))", " $1 $2"},
                          {R"(([0-9])(-))", "$1 $2 "}};

void require_success(UErrorCode status) { expect(U_SUCCESS(status) != 0, "ICU: {}", u_errorName(status)); }

/// sacrebleu/tokenizers/tokenizer_13a.py.
std::vector<std::string> words_by_regular_expressions(std::string_view sentence) {
  const std::string_view line = without_blanks_behind(sentence);
  icu::UnicodeString text = icu::UnicodeString::fromUTF8({line.data(), static_cast<int>(line.size())});
  text.findAndReplace("<skipped>", "").findAndReplace("-\n", "").findAndReplace("\n", " ");
  text.findAndReplace("&quot;", "\"")
      .findAndReplace("&amp;", "&")
      .findAndReplace("&lt;", "<")
      .findAndReplace("&gt;", ">");
  text = " " + text + " ";
  for (const Rule& rule : rules) {
    UErrorCode status = U_ZERO_ERROR;
    icu::RegexMatcher matcher(rule.pattern, text, UREGEX_DOTALL, status);
    text = matcher.replaceAll(rule.replacement, status);
    require_success(status);
  }
  std::string result;
  return split_at_blanks(text.toUTF8String(result));
}

void check_words(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    expect(!word.empty() && !find_invalid_utf8(word), "'{}' is no word", word);
    for (const char32_t c : code_points(word)) expect(!is_blank(c), "the word '{}' holds a blank", word);
  }
}

void run(std::string_view input) {
  const auto plain = accepted([&] { return bleu_words(input, BleuTokenizer::none); });
  const auto words = accepted([&] { return bleu_words(input, BleuTokenizer::mteval_13a); });
  const bool is_utf8 = !find_invalid_utf8(input);
  expect(plain.has_value() == is_utf8 && words.has_value() == is_utf8, "UTF-8 is refused, or anything else is not");
  if (!is_utf8) return;
  check_words(*plain);
  check_words(*words);
  expect(*words == words_by_regular_expressions(input), "sacreBLEU's expressions find other words in '{}'", input);
}

std::vector<std::string> seeds() {
  return {"\"Don't,\" he said; 3,14 and 1-2 (or .5)... e.g. a-b", "&quot;x&amp;y&lt;&gt;&quot; <skipped> e-\nmail\nend",
          "« Où ?\u00A0» 日本語。1.日,5", "a\u0085b\x1C c\u2028\u3000"};
}

std::vector<std::string> words() {
  return {"&quot;", "&amp;", "&lt;", "&gt;", "<skipped>", "-\n", "\n", ".,", "1.", ".1", "1-", "é"};
}

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz

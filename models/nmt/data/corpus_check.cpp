#include "models/nmt/data/corpus_check.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <map>

#include "graph/base/quote.h"
#include "models/nmt/text/language.h"
#include "models/nmt/text/utf8.h"
#include "models/nmt/text/writing.h"

namespace weft::nmt {
namespace {

constexpr std::size_t fewest_pairs = 20;

char32_t lower(char32_t c) { return static_cast<char32_t>(u_tolower(static_cast<UChar32>(c))); }

// ---- No sentences at all.

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A number, an id ("sent_0012", "#4711"), the address of a page, or a licence, as fra.txt has them.
bool is_no_sentence(std::string_view text) {
  if (text.starts_with("http://") || text.starts_with("https://") || text.starts_with("CC-BY")) return true;
  const bool is_one_word = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
  return is_one_word && std::ranges::any_of(text, is_digit);
}

std::size_t count_no_sentences(const Corpus& corpus, Side side) {
  return static_cast<std::size_t>(
      std::ranges::count_if(corpus.pairs, [side](const Pair& pair) { return is_no_sentence(pair.*side); }));
}

// ---- The other language's sentences.

/// The letters of a side.
struct SideLetters {
  std::size_t all = 0;
  std::size_t of_source = 0;  ///< that the source language has and the target language has not
  std::size_t of_target = 0;
  std::size_t foreign = 0;  ///< not of its language's scripts
  std::map<std::string_view, std::size_t> foreign_scripts;
};

SideLetters count_letters(const Corpus& corpus, Side side, const Writing& source, const Writing& target) {
  SideLetters letters;
  const Writing& own = side == &Pair::source ? source : target;
  for (const Pair& pair : corpus.pairs) {
    for (const char32_t c : code_points(pair.*side)) {
      if (!is_letter(c)) continue;
      const bool is_of_source = source.has_letter(lower(c));
      const bool is_of_target = target.has_letter(lower(c));
      ++letters.all;
      if (is_of_source && !is_of_target) ++letters.of_source;
      if (is_of_target && !is_of_source) ++letters.of_target;
      if (own.has_script_of(c)) continue;
      ++letters.foreign;
      ++letters.foreign_scripts[script_name(c)];
    }
  }
  return letters;
}

bool are_interchanged(const SideLetters& source, const SideLetters& target) {
  const std::size_t right = source.of_source + target.of_target;
  const std::size_t wrong = source.of_target + target.of_source;
  return wrong >= 10 * right && 200 * wrong >= source.all + target.all && wrong > 0;
}

bool is_of_other_script(const SideLetters& letters) { return 2 * letters.foreign > letters.all; }

}  // namespace

std::vector<std::string> check_columns(const Corpus& corpus, const std::string& name, const CorpusFormat& format) {
  if (corpus.pairs.size() < fewest_pairs || format.source_language.empty() || format.target_language.empty()) return {};
  std::vector<std::string> warnings;
  const std::string source_name = language_name(format.source_language);
  const std::string target_name = language_name(format.target_language);

  const auto warn_of_ids = [&](Side side, const std::string& language, Side other) {
    const std::size_t count = count_no_sentences(corpus, side);
    if (10 * count < 9 * corpus.pairs.size() || 2 * count_no_sentences(corpus, other) > corpus.pairs.size()) return;
    warnings.push_back(fmt::format(
        "{}: the {} side looks like numbers, ids or references, not like sentences: {} of {}, such as line "
        "{}: \"{}\"; is it the right column (--columns)?",
        name, language, count, corpus.pairs.size(), line_of_pair(corpus, 0), excerpt(corpus.pairs.front().*side, 60)));
  };
  warn_of_ids(&Pair::source, source_name, &Pair::target);
  warn_of_ids(&Pair::target, target_name, &Pair::source);
  if (!warnings.empty()) return warnings;

  const Writing source(format.source_language);
  const Writing target(format.target_language);
  const SideLetters source_letters = count_letters(corpus, &Pair::source, source, target);
  const SideLetters target_letters = count_letters(corpus, &Pair::target, source, target);
  if (are_interchanged(source_letters, target_letters)) {
    warnings.push_back(fmt::format(
        "{}: the sides look interchanged: letters of {} alone stand in the {} sentences, such as line {}: \"{}\"; "
        "choose columns with --columns, or interchange --source-language and --target-language",
        name, target_letters.of_source > 0 ? source_name : target_name,
        target_letters.of_source > 0 ? target_name : source_name, line_of_pair(corpus, 0),
        excerpt(target_letters.of_source > 0 ? corpus.pairs.front().target : corpus.pairs.front().source, 60)));
    return warnings;
  }
  const auto warn_of_script = [&](const SideLetters& letters, const Writing& writing, const std::string& language,
                                  std::string_view option) {
    if (!is_of_other_script(letters)) return;
    const auto most =
        std::ranges::max_element(letters.foreign_scripts, {}, [](const auto& item) { return item.second; });
    warnings.push_back(fmt::format(
        "{}: {:.0f} % of the letters of the {} sentences are not {}, most are {}: is {} right, and are the columns?",
        name, 100 * static_cast<double>(letters.foreign) / static_cast<double>(letters.all), language,
        writing.scripts(), most->first, option));
  };
  warn_of_script(source_letters, source, source_name, "--source-language");
  warn_of_script(target_letters, target, target_name, "--target-language");
  return warnings;
}

std::vector<std::string> check_blanks(const Corpus& corpus, const std::string& name, const CorpusFormat& format) {
  std::vector<std::string> warnings;
  const auto check = [&](Side side, const std::string& language) {
    std::size_t letters = 0;  // of any script
    std::size_t in_runs = 0;  // of them, of scripts without blanks
    std::size_t runs = 0;
    double longest = 0;  // that these would be on average if they were words, each times its letters
    for (const Pair& pair : corpus.pairs) {
      bool is_in_run = false;
      for (const char32_t c : code_points(pair.*side)) {
        const bool is_part = is_letter(c) || (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_M_MASK) != 0;
        const int of_word = is_part ? longest_mean_word_without_blanks(c) : 0;
        if (is_part) ++letters;
        if (of_word > 0) {
          ++in_runs;
          longest += of_word;
          if (!is_in_run) ++runs;
        }
        is_in_run = of_word > 0;
      }
    }
    if (2 * in_runs <= letters || runs == 0) return;
    const double mean = static_cast<double>(in_runs) / static_cast<double>(runs);
    if (mean <= longest / static_cast<double>(in_runs)) return;
    warnings.push_back(fmt::format(
        "{}: {} is written without blanks between words, so a stretch of {:.1f} characters on average counts "
        "as one word, and most sentences have none that is known: take --subwords 4000 or so, or put blanks "
        "between the words",
        name, language, mean));
  };
  check(&Pair::source, format.source_language.empty() ? "the source" : language_name(format.source_language));
  check(&Pair::target, format.target_language.empty() ? "the target" : language_name(format.target_language));
  return warnings;
}

}  // namespace weft::nmt

#include "models/nmt/data/corpus_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/base/number_text.h"
#include "graph/base/quote.h"
#include "models/nmt/text/blanks.h"
#include "models/nmt/text/language.h"
#include "models/nmt/text/utf8.h"

namespace weft::nmt {
namespace {

constexpr std::int64_t max_column = 1000;

/// The index that a number from 1 means; nothing for a name.
std::optional<std::size_t> column_number(std::string_view text) {
  const auto number = parse_integer(text);
  if (!number || *number < 1 || *number > max_column) return std::nullopt;
  return static_cast<std::size_t>(*number - 1);
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \r"), text.size());
  text.remove_prefix(begin);
  return std::string(text.substr(0, text.find_last_not_of(" \r") + 1));
}

std::size_t find_column(const std::string& name, std::span<const std::string_view> first_line) {
  if (const auto number = column_number(name)) return *number;
  std::vector<std::string> cells;
  for (const std::string_view cell : first_line) {
    if (case_folded(trimmed(cell)) == case_folded(name)) return cells.size();
    cells.push_back(fmt::format("\"{}\"", excerpt(cell, 40)));
  }
  fail("there is no column {} (--columns): its first line, which must be a header then, has {}", quoted(name),
       joined(cells, ", "));
}

/// The words of a cell of a header: "src_text" has two.
std::vector<std::string> words_of(std::string_view cell) {
  std::string text = case_folded(cell);
  std::ranges::replace(text, '_', ' ');
  return split_at_blanks(text);
}

template <std::size_t size>
bool is_one_of(std::string_view word, const std::array<std::string_view, size>& words) {
  return std::ranges::find(words, word) != words.end();
}

/// The code up to its script and region: "de" of "de-AT".
std::string_view without_subtags(std::string_view code) { return code.substr(0, code.find('-')); }

bool names_language(std::string_view name, std::string_view language) {
  if (name == case_folded(language_name(language)) || name == case_folded(own_language_name(language))) return true;
  const std::string_view main = without_subtags(language);
  if (name == case_folded(language_name(main)) || name == case_folded(own_language_name(main))) return true;
  std::string code(name);
  std::ranges::replace(code, ' ', '-');  // deu_Latn
  const auto canonical = canonical_language(code);
  return canonical && without_subtags(*canonical) == main;
}

/// Whether a header's cell says that its column has that side of the pairs.
template <std::size_t size>
bool names_side(std::string_view cell, const std::array<std::string_view, size>& roles, std::string_view language) {
  constexpr std::array<std::string_view, 7> suffixes = {"text",    "texts", "sentence", "sentences",
                                                        "segment", "lang",  "language"};
  if (find_invalid_utf8(cell)) return false;
  std::vector<std::string> words = words_of(cell);
  if (words.size() > 1 && is_one_of(words.back(), suffixes)) words.pop_back();
  if (words.empty()) return false;
  if (words.size() == 1 && is_one_of(words.front(), roles)) return true;
  return names_language(joined(words, " "), language);
}

}  // namespace

std::optional<ColumnNames> parse_columns(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos || text.find('\0') != std::string_view::npos) return std::nullopt;
  ColumnNames names{trimmed(text.substr(0, comma)), trimmed(text.substr(comma + 1))};
  const auto is_column = [](const std::string& name) {
    const bool is_number = looks_like_integer(name);
    return !name.empty() && name.find(',') == std::string::npos && (!is_number || column_number(name));
  };
  if (!is_column(names.source) || !is_column(names.target)) return std::nullopt;
  if (case_folded(names.source) == case_folded(names.target)) return std::nullopt;
  return names;
}

Columns find_columns(std::string_view text, std::span<const std::string_view> first_line) {
  if (text.empty()) return {};
  const auto names = parse_columns(text);
  require(names.has_value(), "{} are no two columns", quoted(text));
  const Columns columns{find_column(names->source, first_line), find_column(names->target, first_line), true};
  require(columns.source != columns.target, "{} are no two columns: both are column {}", quoted(text),
          columns.source + 1);
  return columns;
}

FirstLine classify_first_line(std::string_view source_cell, std::string_view target_cell,
                              std::string_view source_language, std::string_view target_language) {
  constexpr std::array<std::string_view, 2> source_roles = {"source", "src"};
  constexpr std::array<std::string_view, 6> target_roles = {"target", "tgt", "trg", "reference", "ref", "translation"};
  const auto is_source = [&](std::string_view cell) { return names_side(cell, source_roles, source_language); };
  const auto is_target = [&](std::string_view cell) { return names_side(cell, target_roles, target_language); };
  if (is_source(source_cell) && is_target(target_cell)) return FirstLine::header;
  if (is_source(target_cell) && is_target(source_cell)) return FirstLine::swapped_header;
  return FirstLine::pair;
}

}  // namespace weft::nmt

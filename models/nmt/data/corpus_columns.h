#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weft::nmt {

/// Where the sentences of a pair stand in a line, each by its number, from 1, or by its name in the header.
struct ColumnNames {
  std::string source;
  std::string target;
};

/// "2,1" and "de,en"; nothing for what does not name two different columns.
std::optional<ColumnNames> parse_columns(std::string_view text);

/// Where they stand, counted from 0.
struct Columns {
  std::size_t source = 1;
  std::size_t target = 0;
  bool are_chosen = false;  ///< else there are at most three, the third an attribution
};

/// Those columns of a corpus whose first line has these cells. Throws Error that lists the cells when a name is not
/// among them. `text` may be empty: the default.
Columns find_columns(std::string_view text, std::span<const std::string_view> first_line);

/// What a first line is.
enum class FirstLine {
  pair,
  header,          ///< names both columns
  swapped_header,  ///< names both, each as the other
};

/// A header names in one column the source, in the other the target, each as that ("source", "src_text", "target",
/// "tgt", "trg", "reference", "translation") or as the language, by its code or its name in English or in the language
/// itself ("de", "deu_Latn", "German", "Deutsch sentences"). So "German TAB Deutsch", a pair, is none.
FirstLine classify_first_line(std::string_view source_cell, std::string_view target_cell,
                              std::string_view source_language, std::string_view target_language);

}  // namespace weft::nmt

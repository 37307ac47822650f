#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Text of --help, in lines that every terminal has room for.

namespace weft::tool {

inline constexpr std::size_t help_columns = 80;

/// The columns that a text in UTF-8 takes.
std::size_t columns_of(std::string_view text);

/// A line, broken at blanks (and, inside words that are too long, after bars and commas) so that no part has more than
/// help_columns columns where that is possible; the parts but the first begin with `indent` blanks.
std::string wrapped(std::string_view line, std::size_t indent);

/// Paragraphs are filled anew. Lines that begin with a blank are kept: examples, `  COMMAND     what it does`. Where
/// one is too long, what it does comes below the command, which goes on in another line after a backslash.
std::string filled(std::string_view text);

}  // namespace weft::tool

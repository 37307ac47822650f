#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::nmt {

/// Whether the scores of translations take a character for a blank, as Python does: what Unicode calls white space,
/// and the four separators U+001C to U+001F.
bool is_blank(char32_t c);

/// What stands between blanks; no empty words. Throws Error when the text is not UTF-8, here and below.
std::vector<std::string> split_at_blanks(std::string_view text);

/// The text up to its last character that is no blank.
std::string_view without_blanks_behind(std::string_view text);

}  // namespace weft::nmt

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weft::nmt {

/// The offset of the first byte that does not belong to well-formed UTF-8 (overlong forms, surrogates and code points
/// above U+10FFFF are not well-formed); nothing if the text is all right.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// The code points of a UTF-8 text. Throws Error that names the offending byte if it is not UTF-8.
std::u32string code_points(std::string_view text);

/// Whether Unicode calls it a letter.
bool is_letter(char32_t code_point);

/// Appends a code point as UTF-8. What is none (a surrogate, a number above U+10FFFF) is left out.
void append_utf8(char32_t code_point, std::string& text);

}  // namespace weft::nmt

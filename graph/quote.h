#pragma once

#include <string>
#include <string_view>

namespace weft {

/// Whether the bytes are well-formed UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF.
bool is_utf8(std::string_view text);

/// The text between double quotes: quotes and backslashes escaped, and control characters as \n, \t, \r or \xNN. When
/// the text is not UTF-8, its bytes from 0x80 on are escaped as well.
std::string quoted(std::string_view text);

}  // namespace weft

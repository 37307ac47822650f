#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft {

/// Whether the bytes are well-formed UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF.
bool is_utf8(std::string_view text);

/// quoted(text): the text between double quotes: quotes and backslashes escaped, and control characters as \n, \t, \r
/// or \xNN. When the text is not UTF-8, its bytes from 0x80 on are escaped as well.
///
/// It is an object, so that no call with a std::string finds std::quoted by argument-dependent lookup.
struct Quoted {
  std::string operator()(std::string_view text) const;
};
inline constexpr Quoted quoted;

/// What a message shows of a text that may come from anywhere: its first bytes, at most `longest` of them, with "..."
/// when there are more. No quotes are added; otherwise escaped as by quoted(), so that a terminal shows what is there.
std::string excerpt(std::string_view text, std::size_t longest);

}  // namespace weft

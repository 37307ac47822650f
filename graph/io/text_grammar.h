#pragma once

// The characters of the text form's tokens, which its printer and its parser share.

namespace weft {

/// Of the words that are ops, element types, numbers and the names of attributes.
inline bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-' || c == '+';
}

/// Of a node's name; one with any other character is written between quotes.
inline bool is_name_character(char c) { return is_word_character(c) || c == '/'; }

}  // namespace weft

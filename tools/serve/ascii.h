#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace weft::serve {

/// A to Z as a to z; all else as it is, whatever the locale.
inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::string lower_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

}  // namespace weft::serve

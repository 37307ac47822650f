#pragma once

#include <unicode/regex.h>
#include <unicode/unorm2.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace weft::nmt {

inline void require_success(UErrorCode status) {
  if (U_FAILURE(status) != 0) throw std::runtime_error(u_errorName(status));
}

inline icu::UnicodeString replaced(const icu::UnicodeString& text, const char* pattern, const char* replacement) {
  UErrorCode status = U_ZERO_ERROR;
  icu::RegexMatcher matcher(icu::UnicodeString::fromUTF8(pattern), text, 0, status);
  icu::UnicodeString result = matcher.replaceAll(icu::UnicodeString::fromUTF8(replacement), status);
  require_success(status);
  return result;
}

/// What the reversible normaliser promises to give back, by other means than its own: ICU's NFC of UTF-16, and regular
/// expressions.
inline std::string canonical(std::string_view sentence) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString text = icu::UnicodeString::fromUTF8({sentence.data(), static_cast<int>(sentence.size())});
  icu::UnicodeString composed;
  UChar* buffer = composed.getBuffer(4 * text.length() + 1);
  const int length = unorm2_normalize(unorm2_getNFCInstance(&status), text.getBuffer(), text.length(), buffer,
                                      composed.getCapacity(), &status);
  require_success(status);
  composed.releaseBuffer(length);
  composed = replaced(composed, R"([\p{White_Space}\p{Cc}]+)", " ");
  composed = replaced(composed, "^ | $", "");
  composed = replaced(composed, " (?=[?!;:])", "\u202F");
  const int opening = composed.indexOf(u'\u00AB');
  const int closing = composed.indexOf(u'\u00BB');
  const bool points_inwards = closing >= 0 && opening > closing;  // »so«
  if (!points_inwards) composed = replaced(composed, " (?=\u00BB)|(?<=\u00AB) ", "\u202F");
  std::string result;
  return composed.toUTF8String(result);
}

}  // namespace weft::nmt

#include "models/nmt/text/language.h"

#include <fmt/format.h>
#include <unicode/locid.h>
#include <unicode/uloc.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "graph/base/joined.h"
#include "graph/base/suggestion.h"

namespace weft::nmt {
namespace {

std::string to_utf8(const icu::UnicodeString& text) {
  std::string result;
  return text.toUTF8String(result);
}

/// In canonical form; bogus when the code is no tag.
icu::Locale locale_of(std::string_view code) {
  UErrorCode status = U_ZERO_ERROR;
  icu::Locale locale = icu::Locale::forLanguageTag({code.data(), static_cast<std::int32_t>(code.size())}, status);
  if (U_SUCCESS(status) != 0) locale.canonicalize(status);
  if (U_FAILURE(status) != 0) locale.setToBogus();
  return locale;
}

std::string name_of(const icu::Locale& language, const icu::Locale& in_language) {
  icu::UnicodeString name;
  return to_utf8(language.getDisplayName(in_language, name));
}

/// What languages are called, in lower case, each with its code: in English, and by those who speak them.
const std::vector<std::pair<std::string, std::string>>& codes_by_name() {
  static const auto all = [] {
    std::vector<std::pair<std::string, std::string>> codes;
    for (const char* const* code = uloc_getISOLanguages(); *code != nullptr; ++code) {
      const icu::Locale language(*code);
      codes.emplace_back(case_folded(name_of(language, icu::Locale::getEnglish())), *code);
      codes.emplace_back(case_folded(name_of(language, language)), *code);
    }
    return codes;
  }();
  return all;
}

}  // namespace

std::optional<std::string> canonical_language(std::string_view code) {
  const icu::Locale locale = locale_of(code);
  if (locale.isBogus() || std::string_view(locale.getLanguage()).empty()) return std::nullopt;
  // ICU takes any letters for a language, but has a name only for what is one.
  icu::UnicodeString name;
  locale.getDisplayLanguage(icu::Locale::getEnglish(), name);
  if (to_utf8(name) == locale.getLanguage()) return std::nullopt;
  UErrorCode status = U_ZERO_ERROR;
  const auto tag = locale.toLanguageTag<std::string>(status);
  // What is left out was not understood: "fr-" is "fr" to ICU.
  if (U_FAILURE(status) != 0 || code.ends_with('-')) return std::nullopt;
  return tag;
}

std::string case_folded(std::string_view text) {
  return to_utf8(icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())}).foldCase());
}

std::string own_language_name(std::string_view code) {
  const icu::Locale language = locale_of(code);
  return name_of(language, language);
}

std::string language_name(std::string_view code) { return name_of(locale_of(code), icu::Locale::getEnglish()); }

std::string language_suggestion(std::string_view unknown) {
  std::vector<std::string> codes;
  std::string with_hyphens(unknown);
  std::ranges::replace(with_hyphens, '_', '-');
  if (const auto code = canonical_language(with_hyphens)) codes.push_back(*code);

  const auto& by_name = codes_by_name();
  std::vector<std::string_view> names;
  for (const auto& [name, code] : by_name) names.push_back(name);
  for (const std::string_view near : similar_names(case_folded(unknown), names)) {
    const std::string& code = by_name[static_cast<std::size_t>(std::ranges::find(names, near) - names.begin())].second;
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
    if (near == case_folded(unknown)) break;  // it is that name
  }
  if (codes.empty()) return "";
  std::vector<std::string> shown;
  for (const std::string& code : codes) shown.push_back(fmt::format("'{}' ({})", code, language_name(code)));
  return fmt::format("; did you mean {}?", joined(shown, " or "));
}

}  // namespace weft::nmt

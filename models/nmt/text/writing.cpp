#include "models/nmt/text/writing.h"

#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/ulocdata.h>
#include <unicode/uniset.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>

#include "graph/base/joined.h"

namespace weft::nmt {
namespace {

UScriptCode script_of(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  return uscript_getScript(static_cast<UChar32>(c), &status);
}

/// Characters that are written in several scripts, or in none.
bool is_of_any_script(UScriptCode script) { return script == USCRIPT_COMMON || script == USCRIPT_INHERITED; }

}  // namespace

struct Writing::Data {
  icu::UnicodeSet letters;
  std::vector<UScriptCode> scripts;
};

Writing::Writing(std::string_view language) {
  auto data = std::make_unique<Data>();
  UErrorCode status = U_ZERO_ERROR;
  const icu::Locale locale =
      icu::Locale::forLanguageTag({language.data(), static_cast<std::int32_t>(language.size())}, status);
  std::array<UScriptCode, 16> scripts{};
  const std::int32_t count = uscript_getCode(locale.getName(), scripts.data(), scripts.size(), &status);
  if (U_SUCCESS(status) != 0) data->scripts.assign(scripts.begin(), scripts.begin() + count);

  status = U_ZERO_ERROR;
  ULocaleData* locale_data = ulocdata_open(locale.getName(), &status);
  ulocdata_getExemplarSet(locale_data, data->letters.toUSet(), 0, ULOCDATA_ES_STANDARD, &status);
  if (U_FAILURE(status) != 0) data->letters.clear();
  ulocdata_close(locale_data);
  data->letters.freeze();  // which makes look-ups faster
  data_ = std::move(data);
}
Writing::~Writing() = default;
Writing::Writing(Writing&&) noexcept = default;

bool Writing::has_letter(char32_t c) const { return data_->letters.contains(static_cast<UChar32>(c)) != 0; }

bool Writing::has_script_of(char32_t c) const {
  const UScriptCode script = script_of(c);
  return data_->scripts.empty() || is_of_any_script(script) ||
         std::ranges::find(data_->scripts, script) != data_->scripts.end();
}

std::string Writing::scripts() const {
  std::vector<std::string> names;
  for (const UScriptCode script : data_->scripts) names.emplace_back(uscript_getName(script));
  return joined(names, ", ");
}

std::string_view script_name(char32_t c) { return uscript_getName(script_of(c)); }

int longest_mean_word_without_blanks(char32_t c) {
  switch (script_of(c)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
      return 4;
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
      return 9;
    default:
      return 0;
  }
}

}  // namespace weft::nmt

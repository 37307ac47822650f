#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::nmt {

// Languages by their BCP 47 tags (https://www.rfc-editor.org/info/bcp47), as ICU knows them.

/// The canonical tag of a language's code: "de" of "DE", of "deu" and of "ger"; "zh-Hant" of "zh-hant". Nothing when it
/// is no tag, or of no known language.
std::optional<std::string> canonical_language(std::string_view code);

/// The language's English name: "German" of "de", "Chinese (Traditional)" of "zh-Hant".
std::string language_name(std::string_view code);

/// What the language is called by those who speak it: "Deutsch" of "de".
std::string own_language_name(std::string_view code);

/// Without upper case, as Unicode folds it, to be compared.
std::string case_folded(std::string_view text);

/// For an error about a code that canonical_language does not know: "; did you mean 'de' (German)?" for "german",
/// "Deutsch" or "germn", "; did you mean 'zh-TW' ...?" for "zh_TW"; empty when nothing is near.
std::string language_suggestion(std::string_view unknown);

}  // namespace weft::nmt

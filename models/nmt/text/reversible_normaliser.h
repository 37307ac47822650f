#pragma once

#include <string>
#include <string_view>

namespace weft::nmt {

/// A normaliser that can be undone: case, accents, digits, apostrophes and punctuation survive. The scheme is the
/// joiner annotation of OpenNMT's Tokenizer (https://github.com/OpenNMT/Tokenizer, "joiner_annotate"): words and marks
/// stand between spaces, and `￭` (U+FFED) stands where there was no blank.
///
///     L'ami dit : « Avez-vous 3,14 € ? »  ->  <start> L'￭ ami dit : « Avez ￭-vous 3 ￭,￭ 14 € ? » <end>
///     "Don't," Tom said.                  ->  <start> "￭ Don ￭'t ￭, ￭" Tom said ￭. <end>
///
/// A word is a run of letters, digits and their marks. Anything else is a mark, a run of the same one ("...") a single
/// mark. Of an apostrophe between letters the elisions of French (l', qu', ...) keep it at their end, else it opens the
/// word behind it, as a hyphen does. A joint is written on the mark: at its start if a neighbour there is joined, else
/// at its end. The characters that the scheme needs for itself, `￭` and `％`, and SentencePiece's `▁`, are written as
/// `％` and four hexadecimal digits.
///
/// Only this is lost: the sentence is brought to NFC, and of a run of blanks (control characters count as such) one is
/// left: the narrow no-break space U+202F before `? ! ; :`, and before `»` and behind `«` as French sets them (not
/// where `»` comes first, as in German »so«), else a space; none at the ends.
///
/// Throws Error if the sentence is not UTF-8.
std::string reversible_normalise(std::string_view sentence);

/// The text of words with spaces between, without `<start>` and `<end>`. Whatever a model writes is turned into some
/// text; of what reversible_normalise made, it is the sentence again.
std::string reversible_detokenise(std::string_view words);

}  // namespace weft::nmt

#pragma once

#include <string>
#include <string_view>

namespace weft::nmt {

/// The tutorial's normaliser, byte for byte: lower case, canonical decomposition (NFD), non-spacing marks dropped, a
/// space around each of `? . ! , ¿`, every run of anything but a-z, A-Z and those five to one space, stripped, and
/// wrapped as `<start> ... <end>`. A sentence of which nothing is left gives `<start>  <end>`, with two spaces.
/// Throws Error if the sentence is not UTF-8.
std::string tutorial_normalise(std::string_view sentence);

/// What sentences are compared by where two that differ in case, accents, digits or punctuation count as the same: the
/// same steps, but letters of all scripts stay, and the marks that belong to a script (Hindi's vowels). So of French
/// and English it is what tutorial_normalise gives, but for letters like `œ`. A sentence without letters stays as it
/// is.
std::string plain_letters(std::string_view sentence);

}  // namespace weft::nmt

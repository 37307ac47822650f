#pragma once

#include <string>
#include <string_view>

namespace weft::nmt {

/// The tutorial's normaliser, byte for byte: lower case, canonical decomposition (NFD), non-spacing marks dropped, a
/// space around each of `? . ! , ¿`, every run of anything but a-z, A-Z and those five to one space, stripped, and
/// wrapped as `<start> ... <end>`. A sentence of which nothing is left gives `<start>  <end>`, with two spaces.
/// Throws Error if the sentence is not UTF-8.
std::string tutorial_normalise(std::string_view sentence);

}  // namespace weft::nmt

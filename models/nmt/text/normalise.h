#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::nmt {

/// How a sentence becomes a sequence of words. The model file records by name which one it was trained with.
enum class Normaliser {
  tutorial,    ///< lower case, no accents, no digits: tutorial_normaliser.h
  reversible,  ///< everything survives, and the text can be had again: reversible_normaliser.h
};

/// The name of a normaliser in options and files: "tutorial", "reversible".
std::string_view normaliser_name(Normaliser normaliser);

/// All of those names.
std::vector<std::string_view> normaliser_names();

/// The normaliser of that name. Throws Error that lists the names if there is none.
Normaliser find_normaliser(std::string_view name);

/// The sentence as words with spaces between, from `<start>` to `<end>`. Throws Error if it is not UTF-8; the caller
/// adds file and line.
std::string normalise(std::string_view sentence, Normaliser normaliser);

/// The words of `normalise(sentence, normaliser)`, `<start>` and `<end>` included.
std::vector<std::string> tokens(std::string_view sentence, Normaliser normaliser);

/// Likewise without those two, with spaces between.
std::string normalised_words(std::string_view sentence, Normaliser normaliser);

/// Words with spaces between, without `<start>` and `<end>`, as a person writes them. The tutorial's normaliser cannot
/// be undone: its words stay as they are.
std::string detokenise(std::string_view words, Normaliser normaliser);

}  // namespace weft::nmt

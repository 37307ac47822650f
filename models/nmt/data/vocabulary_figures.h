#pragma once

#include <span>
#include <string>
#include <string_view>

#include "models/nmt/data/corpus.h"
#include "models/nmt/text/normalise.h"

namespace weft::nmt {

/// What tells two preparations of a corpus with a normaliser apart, as a JSON object, in which languages (BCP 47 tags)
/// stand under their English names, "german" or "chinese_traditional": the number of pairs, SHA-256 of each side's
/// normalised sentences, and for each language the size of the vocabulary (with padding, without
/// `<unk>`), the longest sentence, the most frequent words, SHA-256 of all words by id, and the ids of two sentences:
/// of the pair with index 1000, counted from 0 (null if there are not so many), and of the last one; of the reversible
/// normaliser also how many sentences come back to the byte when it is undone.
/// Throws Error if there are no pairs.
std::string vocabulary_figures(std::span<const Pair> pairs, std::string_view source_language = "fr",
                               std::string_view target_language = "en", Normaliser normaliser = Normaliser::tutorial);

}  // namespace weft::nmt

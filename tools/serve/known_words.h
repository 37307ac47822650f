#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/nmt/text/vocabulary.h"
#include "tools/serve/libretranslate.h"

namespace weft::serve {

/// The share of a text's letters that stand in words which the vocabulary knows as they are: as one word, or as one
/// piece of its subword model. 0 for a text without letters.
double known_share(const nmt::Vocabulary& vocabulary, std::string_view text);

/// The words (or pieces) of a text that the vocabulary does not know, which a model reads as <unk>: each once, in their
/// order.
std::vector<std::string> unknown_words(const nmt::Vocabulary& vocabulary, std::string_view text);

/// In which of the vocabularies' languages a text is: for each language the share of its letters in known words, by the
/// vocabulary that knows most, in percent; the surest language first, and the earlier one of two that are as sure. That
/// is all that a set of translators knows of languages: two that share words are not told apart well, nor is a text
/// that is in none of them.
std::vector<Detection> detect_language(std::span<const std::pair<std::string, const nmt::Vocabulary*>> vocabularies,
                                       std::string_view text);

}  // namespace weft::serve

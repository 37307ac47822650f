#pragma once

#include <string>
#include <vector>

#include "models/nmt/search/translation.h"

namespace weft::nmt {

// With subwords, the words here are pieces.

/// For each word of the translation, the source word that it drew from most: an index into the source's
/// words, <start> and <end> left out. Throws Error when the model does not attend.
std::vector<std::size_t> attended_words(const Translation& translation);

/// The alignment in the Pharaoh format, "0-0 1-2 2-1": source word - word of the translation, both from 0, in the order
/// of the translation. Throws Error as attended_words does.
std::string pharaoh(const Translation& translation);

/// The words of the translation with each <unk> replaced by the source word that it drew from most
/// (Luong et al., "Addressing the Rare Word Problem", arXiv:1410.8206, found it by alignment in the same way): names
/// and figures are often the same in both languages. Throws Error as attended_words does, when there is an <unk>.
std::vector<std::string> with_unknown_replaced(const Translation& translation);

}  // namespace weft::nmt

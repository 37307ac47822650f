#pragma once

#include <string_view>

namespace weft::nmt {

/// The words that are no words of a language; a normaliser never makes the last one out of a sentence.
inline constexpr std::string_view start_token = "<start>";  ///< opens every sentence
inline constexpr std::string_view end_token = "<end>";      ///< closes every sentence; the decoder stops at it
inline constexpr std::string_view unknown_token = "<unk>";  ///< stands for every word that the vocabulary lacks
inline constexpr std::string_view padding_word = "<pad>";   ///< what id 0 is shown as

}  // namespace weft::nmt

#pragma once

#include <string_view>

namespace weft::nmt {

/// The words that are no words of a language; a normaliser never makes the last one out of a sentence.
inline constexpr std::string_view kStartWord = "<start>";  ///< opens every sentence
inline constexpr std::string_view kEndWord = "<end>";      ///< closes every sentence; the decoder stops at it
inline constexpr std::string_view kUnknownWord = "<unk>";  ///< stands for every word that the vocabulary lacks
inline constexpr std::string_view kPaddingWord = "<pad>";  ///< what id 0 is shown as

}  // namespace weft::nmt

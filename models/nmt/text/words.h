#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::nmt {

/// The words of a text whose words are separated by spaces (U+0020 alone); runs of spaces give no empty words. The
/// views point into `text`.
std::vector<std::string_view> split_words(std::string_view text);

/// The words with one space between each two.
std::string join_words(const std::vector<std::string>& words);

}  // namespace weft::nmt

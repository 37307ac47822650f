#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace weft::nmt {

/// Where the decoder looked: how much each target word drew from each source word.
struct AttentionMatrix {
  std::vector<std::string> source_words;  ///< UTF-8, at least one
  std::vector<std::string> target_words;  ///< UTF-8, at least one
  std::vector<float> weights;             ///< [target, source], row-major, each in [0, 1]
  bool of_itself = false;  ///< a sentence attends to itself: both sides are it, and the title has it once
};

/// The largest number of words on either side of the picture.
inline constexpr std::size_t max_picture_words = 256;

/// Draws the matrix as a heat map, source words across the top and target words down the left, with the sentences as
/// its title and a legend. The extension of `path` chooses the format: .png, .svg or .pdf. The same matrix gives the
/// same bytes, and the file is written whole or not at all.
///
/// Throws Error for another extension, for no words or too many, for weights of the wrong number or outside [0, 1], and
/// when the file cannot be written.
void draw_attention(const AttentionMatrix& matrix, const std::filesystem::path& path);

/// The characters of the words, a blank between each two, that no font here has: the picture shows boxes for them.
/// Empty when there is none.
std::string characters_without_font(const AttentionMatrix& matrix);

}  // namespace weft::nmt

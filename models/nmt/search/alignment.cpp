#include "models/nmt/search/alignment.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "graph/base/error.h"
#include "models/nmt/text/special_words.h"

namespace weft::nmt {

namespace {

/// The rows of the attention that belong to words of the text: a model may also say <start> or padding.
std::vector<std::size_t> shown_rows(const Translation& translation) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < translation.target_words.size(); ++row) {
    const std::string& word = translation.target_words[row];
    if (word != start_token && word != end_token && word != padding_word) rows.push_back(row);
  }
  return rows;
}

}  // namespace

std::vector<std::size_t> attended_words(const Translation& translation) {
  const std::vector<std::size_t> rows = shown_rows(translation);
  require(rows.empty() || !translation.attention_weights.empty(),
          "this model does not attend to source words, so its translations cannot be aligned with them");
  const std::size_t columns = translation.source_words.size();
  std::vector<std::size_t> words;
  for (const std::size_t row : rows) {
    const auto weights = std::span(translation.attention_weights).subspan(row * columns + 1, columns - 2);
    words.push_back(static_cast<std::size_t>(std::ranges::max_element(weights) - weights.begin()));
  }
  return words;
}

std::string pharaoh(const Translation& translation) {
  std::string text;
  const std::vector<std::size_t> attended = attended_words(translation);
  for (std::size_t word = 0; word < attended.size(); ++word)
    text += fmt::format("{}{}-{}", word == 0 ? "" : " ", attended[word], word);
  return text;
}

std::vector<std::string> with_unknown_replaced(const Translation& translation) {
  std::vector<std::string> words;
  for (const std::size_t row : shown_rows(translation)) words.push_back(translation.target_words[row]);
  if (std::ranges::find(words, unknown_token) == words.end()) return words;
  const std::vector<std::size_t> attended = attended_words(translation);
  for (std::size_t word = 0; word < words.size(); ++word)
    if (words[word] == unknown_token) words[word] = translation.source_words[attended[word] + 1];
  return words;
}

}  // namespace weft::nmt

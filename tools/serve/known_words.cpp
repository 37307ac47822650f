#include "tools/serve/known_words.h"

#include <unicode/uchar.h>

#include <algorithm>

#include "models/nmt/text/normalise.h"
#include "models/nmt/text/special_words.h"
#include "models/nmt/text/utf8.h"
#include "models/nmt/text/words.h"

namespace weft::serve {
namespace {

std::size_t letters_of(std::string_view word) {
  return static_cast<std::size_t>(std::ranges::count_if(
      nmt::code_points(word), [](char32_t c) { return u_isalpha(static_cast<UChar32>(c)) != 0; }));
}

bool knows(const nmt::Vocabulary& vocabulary, std::string_view word) {
  const nmt::SubwordModel* subwords = vocabulary.tokeniser().subwords();
  if (subwords == nullptr) return vocabulary.id(word) != vocabulary.unknown_id();
  const std::vector<std::string> pieces = subwords->split(word);
  return pieces.size() == 1 && vocabulary.id(pieces.front()) != vocabulary.unknown_id();
}

}  // namespace

double known_share(const nmt::Vocabulary& vocabulary, std::string_view text) {
  std::size_t letters = 0, known = 0;
  const std::string normalised = nmt::normalised_words(text, vocabulary.tokeniser().normaliser());
  for (const std::string_view word : nmt::split_words(normalised)) {
    const std::size_t count = letters_of(word);
    letters += count;
    if (count > 0 && knows(vocabulary, word)) known += count;
  }
  return letters == 0 ? 0 : static_cast<double>(known) / static_cast<double>(letters);
}

std::vector<std::string> unknown_words(const nmt::Vocabulary& vocabulary, std::string_view text) {
  std::vector<std::string> unknown;
  for (std::string& token : vocabulary.tokeniser().tokens(text))
    if (vocabulary.id(token) == vocabulary.unknown_id() && std::ranges::find(unknown, token) == unknown.end())
      unknown.push_back(std::move(token));
  return unknown;
}

std::vector<Detection> detect_language(std::span<const std::pair<std::string, const nmt::Vocabulary*>> vocabularies,
                                       std::string_view text) {
  std::vector<Detection> detections;
  for (const auto& [language, vocabulary] : vocabularies) {
    const double confidence = 100 * known_share(*vocabulary, text);
    const auto at = std::ranges::find(detections, language, &Detection::language);
    if (at == detections.end()) {
      detections.push_back({language, confidence});
    } else {
      at->confidence = std::max(at->confidence, confidence);
    }
  }
  std::ranges::stable_sort(detections, std::ranges::greater(), &Detection::confidence);
  return detections;
}

}  // namespace weft::serve

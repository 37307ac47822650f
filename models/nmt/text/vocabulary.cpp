#include "models/nmt/text/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/quote.h"
#include "models/nmt/text/special_words.h"
#include "models/nmt/text/utf8.h"

namespace weft::nmt {
namespace {

constexpr std::uint64_t max_vocabulary_bytes = std::uint64_t{1} << 28;
constexpr std::size_t longest_shown = 80;  // bytes of a word, in messages

bool is_special(std::string_view word) { return word == start_token || word == end_token; }

/// The first `limit` words, of which as many rare ones give way to `<start>` and `<end>` as needed.
std::vector<std::string> most_frequent(std::vector<std::string> words, std::size_t limit) {
  constexpr std::size_t specials = 2;
  require(limit > specials, "a vocabulary of {} words has no room beside <start> and <end>; allow at least {}", limit,
          specials + 1);
  if (words.size() <= limit) return words;
  std::size_t room = limit - specials;
  std::erase_if(words, [&](const std::string& word) {
    if (is_special(word)) return false;
    if (room == 0) return true;
    --room;
    return false;
  });
  return words;
}

std::vector<std::string> words_of(const WordCounts& counts, std::optional<std::size_t> limit) {
  constexpr std::array kept = {start_token, end_token};
  constexpr std::size_t dropped = 2;
  const std::size_t wanted = limit ? *limit + dropped : WordCounts::all;
  std::vector<std::string> words;
  for (WordCount& word : counts.by_frequency(wanted, kept)) words.push_back(std::move(word.word));
  std::erase(words, unknown_token);
  std::erase(words, padding_word);
  return limit ? most_frequent(std::move(words), *limit) : words;
}

std::vector<std::string> words_of_pieces(const Tokeniser& tokeniser) {
  std::vector<std::string> words{std::string(start_token), std::string(end_token)};
  std::ranges::move(tokeniser.subwords()->pieces(), std::back_inserter(words));
  return words;
}

/// Throws Error that names the first line where a file's words are not the model's pieces.
void check_pieces(const std::vector<std::string>& words, const std::vector<std::string>& pieces) {
  const auto [word, piece] = std::ranges::mismatch(words, pieces);
  const auto shown = [](auto at, const std::vector<std::string>& list) {
    return at == list.end() ? "nothing" : fmt::format("'{}'", excerpt(*at, longest_shown));
  };
  require(word == words.end() && piece == pieces.end(),
          "line {} has {}, the subword model beside it has {}; the files are of different runs",
          word - words.begin() + 1, shown(word, words), shown(piece, pieces));
}

/// Throws Error with the reason unless the line can be a word.
void check_word(std::string_view line) {
  require(!line.empty(), "the line is empty");
  require(line.find_first_of(std::string_view(" \t\v\f\r\0", 6)) == std::string_view::npos,
          "a word must not hold blanks");
  if (const auto invalid = find_invalid_utf8(line)) fail("byte {} is not UTF-8", *invalid + 1);
  require(line != padding_word, "{} is the name of id 0 and must not be listed", padding_word);
}

}  // namespace

Vocabulary::Vocabulary(const WordCounts& counts, std::optional<std::size_t> limit, Tokeniser tokeniser)
    : Vocabulary(words_of(counts, limit), std::move(tokeniser)) {}

Vocabulary Vocabulary::of_subwords(const Tokeniser& tokeniser) { return {words_of_pieces(tokeniser), tokeniser}; }

Vocabulary::Vocabulary(std::vector<std::string> words, Tokeniser tokeniser) : tokeniser_(std::move(tokeniser)) {
  require(words.size() <= max_words, "{} words are too many for a vocabulary, the limit is {}", words.size(),
          max_words);
  words_.reserve(words.size() + 2);
  words_.emplace_back(padding_word);
  for (std::string& word : words) {
    ids_.emplace(word, static_cast<std::int32_t>(words_.size()));
    words_.push_back(std::move(word));
  }
  words_.emplace_back(unknown_token);
  start_id_ = id(start_token);
  end_id_ = id(end_token);
  require(start_id_ != unknown_id(), "the vocabulary lacks {}", start_token);
  require(end_id_ != unknown_id(), "the vocabulary lacks {}", end_token);
}

Vocabulary Vocabulary::load(const std::filesystem::path& path, const Tokeniser& tokeniser) {
  const std::string content = read_file(path, max_vocabulary_bytes);
  std::vector<std::string> words;
  WordMap<std::size_t> line_of;
  for (std::string_view rest = content; !rest.empty();) {
    const std::size_t number = words.size() + 1;
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    try {
      check_word(line);
      const auto [earlier, is_new] = line_of.emplace(line, number);
      require(is_new, "the word '{}' is already on line {}", excerpt(line, longest_shown), earlier->second);
    } catch (const Error& error) {
      fail("cannot read the vocabulary '{}': line {}: {}", path.string(), number, error.what());
    }
    words.emplace_back(line);
  }
  const auto unknown = line_of.find(unknown_token);
  require(unknown != line_of.end(), "cannot read the vocabulary '{}': {} is missing, it must be the last line",
          path.string(), unknown_token);
  require(unknown->second == words.size(), "cannot read the vocabulary '{}': {} is on line {}, it must be the last, {}",
          path.string(), unknown_token, unknown->second, words.size());
  words.pop_back();
  try {
    if (tokeniser.subwords() != nullptr) check_pieces(words, words_of_pieces(tokeniser));
    return {std::move(words), tokeniser};
  } catch (const Error& error) {
    fail("cannot read the vocabulary '{}': {}", path.string(), error.what());
  }
}

std::string Vocabulary::lines() const {
  std::string content;
  for (std::size_t id = 1; id < words_.size(); ++id) {
    content += words_[id];
    content += '\n';
  }
  return content;
}

void Vocabulary::save(const std::filesystem::path& path) const { write_file(path, lines()); }

std::int32_t Vocabulary::id(std::string_view word) const {
  const auto found = ids_.find(word);
  return found == ids_.end() ? unknown_id() : found->second;
}

const std::string& Vocabulary::word(std::int32_t id) const {
  require(id >= 0 && static_cast<std::size_t>(id) < words_.size(), "the vocabulary has no word {}: its ids are 0 to {}",
          id, words_.size() - 1);
  return words_[static_cast<std::size_t>(id)];
}

std::vector<std::int32_t> Vocabulary::encode(const std::vector<std::string>& tokens) const {
  std::vector<std::int32_t> ids;
  ids.reserve(tokens.size());
  for (const std::string& token : tokens) ids.push_back(id(token));
  return ids;
}

std::string Vocabulary::decode(std::span<const std::int32_t> ids) const {
  std::vector<std::string> words;
  for (const std::int32_t id : ids) {
    if (id != padding && id != start_id_ && id != end_id_) words.push_back(word(id));
  }
  return tokeniser_.words(words);
}

}  // namespace weft::nmt

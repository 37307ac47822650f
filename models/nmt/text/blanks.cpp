#include "models/nmt/text/blanks.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

#include "graph/base/error.h"

namespace weft::nmt {
namespace {

/// Calls `on_character(first byte, byte behind the last, is blank)` for each.
template <typename OnCharacter>
void for_each_character(std::string_view text, const OnCharacter& on_character) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t start = position;
    UChar32 c = 0;
    U8_NEXT(bytes, position, text.size(), c);
    require(c >= 0, "byte {} is not UTF-8; convert the text to UTF-8", start + 1);
    on_character(start, position, is_blank(static_cast<char32_t>(c)));
  }
}

}  // namespace

bool is_blank(char32_t c) { return u_isUWhiteSpace(static_cast<UChar32>(c)) != 0 || (c >= 0x1C && c <= 0x1F); }

std::vector<std::string> split_at_blanks(std::string_view text) {
  std::vector<std::string> words;
  bool within_word = false;
  for_each_character(text, [&](std::size_t start, std::size_t end, bool blank) {
    if (!blank && !within_word) words.emplace_back();
    if (!blank) words.back() += text.substr(start, end - start);
    within_word = !blank;
  });
  return words;
}

std::string_view without_blanks_behind(std::string_view text) {
  std::size_t size = 0;
  for_each_character(text, [&](std::size_t, std::size_t end, bool blank) {
    if (!blank) size = end;
  });
  return text.substr(0, size);
}

}  // namespace weft::nmt

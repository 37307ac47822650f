#include "graph/base/quote.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace weft {
namespace {

/// The length of the well-formed character that the text begins with; 0 when there is none.
std::size_t character_size(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) >= 0xa0;
  const bool too_large = first == 0xf4 && byte(1) >= 0x90;
  return overlong || surrogate || too_large ? 0 : size;
}

/// The character itself, or its escape when it is a control character or must not stand as it is.
void append_escaped(std::string& result, char c, bool keep_high_bytes) {
  const auto byte = static_cast<std::uint8_t>(c);
  if (c == '\n')
    result += "\\n";
  else if (c == '\t')
    result += "\\t";
  else if (c == '\r')
    result += "\\r";
  else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !keep_high_bytes))
    result += fmt::format("\\x{:02x}", byte);
  else
    result += c;
}

/// The largest length up to `longest` that cuts no character of UTF-8 in two.
std::size_t cut_between_characters(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return text.size();
  std::size_t size = longest;
  while (size > 0 && longest - size < 3 && (static_cast<std::uint8_t>(text[size]) & 0xc0U) == 0x80) --size;
  return size;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string Quoted::operator()(std::string_view text) const {
  const bool keep_high_bytes = is_utf8(text);
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    append_escaped(result, c, keep_high_bytes);
  }
  return result + '"';
}

std::string excerpt(std::string_view text, std::size_t longest) {
  const std::string_view shown = text.substr(0, cut_between_characters(text, longest));
  const bool keep_high_bytes = is_utf8(shown);
  std::string result;
  for (const char c : shown) append_escaped(result, c, keep_high_bytes);
  return result + (shown.size() < text.size() ? "..." : "");
}

}  // namespace weft

#include "models/nmt/text/utf8.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <array>
#include <cstdint>

#include "graph/base/error.h"

namespace weft::nmt {
namespace {

/// The code point at `*position`, which moves past it; negative if the bytes there are not UTF-8.
UChar32 next_code_point(std::string_view text, std::size_t* position) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  UChar32 code_point = 0;
  U8_NEXT(bytes, *position, text.size(), code_point);
  return code_point;
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t start = position;
    if (next_code_point(text, &position) < 0) return start;
  }
  return std::nullopt;
}

std::u32string code_points(std::string_view text) {
  std::u32string result;
  result.reserve(text.size());
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t start = position;
    const UChar32 code_point = next_code_point(text, &position);
    require(code_point >= 0, "byte {} (0x{:02x}) is not UTF-8; convert the text to UTF-8", start + 1,
            static_cast<unsigned>(static_cast<unsigned char>(text[start])));
    result.push_back(static_cast<char32_t>(code_point));
  }
  return result;
}

bool is_letter(char32_t code_point) { return u_isalpha(static_cast<UChar32>(code_point)) != 0; }

void append_utf8(char32_t code_point, std::string& text) {
  std::array<std::uint8_t, U8_MAX_LENGTH> bytes{};
  std::size_t size = 0;
  UBool failed = false;
  U8_APPEND(bytes.data(), size, bytes.size(), static_cast<UChar32>(code_point), failed);
  if (failed == 0) text.append(reinterpret_cast<const char*>(bytes.data()), size);
}

}  // namespace weft::nmt

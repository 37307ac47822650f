#include "tests/fuzz/harness.h"

#include <algorithm>

namespace weft::fuzz {

void check_message(std::string_view message) {
  constexpr std::size_t longest = 8192;
  expect(!message.empty(), "an Error says nothing");
  expect(message.size() <= longest, "an Error's message has {} bytes: {}...", message.size(), message.substr(0, 200));
  const bool is_plain = std::ranges::none_of(message, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n') || byte == 0x7F;
  });
  expect(is_plain, "an Error's message has control characters: {}", message);
}

}  // namespace weft::fuzz

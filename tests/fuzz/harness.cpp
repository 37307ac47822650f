#include "tests/fuzz/harness.h"

namespace weft::fuzz {

void check_message(std::string_view message) {
  constexpr std::size_t longest = 8192;
  expect(!message.empty(), "an Error says nothing");
  expect(message.size() <= longest, "an Error's message has {} bytes: {}...", message.size(), message.substr(0, 200));
}

}  // namespace weft::fuzz

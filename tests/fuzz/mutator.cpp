#include "tests/fuzz/mutator.h"

#include <algorithm>
#include <utility>

namespace weft::fuzz {
namespace {

using namespace std::string_literals;

/// Brackets, quotes, signs, large and odd numbers, bytes that are no text.
const std::vector<std::string>& common_words() {
  static const std::vector<std::string> words{"{",
                                              "}",
                                              "[",
                                              "]",
                                              "(",
                                              ")",
                                              "\"",
                                              ":",
                                              ",",
                                              "=",
                                              "-",
                                              "0",
                                              "9",
                                              ".",
                                              "e9",
                                              "\\",
                                              "\n",
                                              "\t",
                                              " ",
                                              "#",
                                              "//",
                                              "nan",
                                              "nan(0x",
                                              "inf",
                                              "true",
                                              "null",
                                              ":1",
                                              "\"\":0",
                                              "1e9",
                                              "-1",
                                              "99999999999999999999",
                                              "1099511627776",
                                              "\xff",
                                              "\0"s,
                                              "x",
                                              "\u00e9",
                                              "1e999"};
  return words;
}

}  // namespace

Mutator::Mutator(std::uint64_t seed, std::vector<std::string> words) : random_(seed), words_(std::move(words)) {
  words_.insert(words_.end(), common_words().begin(), common_words().end());
}

std::string Mutator::mutate(std::string text, std::string_view other) {
  for (std::size_t changes = 1 + below(4); changes > 0; --changes) change(text, other);
  return text;
}

void Mutator::change(std::string& text, std::string_view other) {
  if (text.empty()) {
    text = word();
    return;
  }
  const std::size_t at = below(text.size());
  const std::size_t length = 1 + below(std::min<std::size_t>(text.size() - at, 1 + below(40)));
  switch (below(8)) {
    case 0:
      text[at] = static_cast<char>(below(256));
      break;
    case 1:
      text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
      break;
    case 2:
      text.resize(at);
      break;
    case 3:
      text.erase(at, length);
      break;
    case 4:
      text.insert(below(text.size()), text.substr(at, length));
      break;
    case 5:
      text.insert(at, word());
      break;
    case 6:
      if (!other.empty()) {
        const std::size_t from = below(other.size());
        text.insert(at, other.substr(from, 1 + below(std::min<std::size_t>(other.size() - from, 1 + below(200)))));
        break;
      }
      [[fallthrough]];
    default:
      text.replace(at, length, word());
  }
}

}  // namespace weft::fuzz

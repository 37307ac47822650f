#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace weft::test {

/// Damages valid files at random, the same way for the same seed.
class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  /// The text with one to four changes.
  std::string mutate(std::string text) {
    for (std::size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) change(text);
    return text;
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }

  void change(std::string& text) {
    // What parsers stumble over: brackets, quotes, signs, large and odd numbers, words of the formats.
    static const std::vector<std::string> pieces{"{",
                                                 "}",
                                                 "[",
                                                 "]",
                                                 "(",
                                                 ")",
                                                 "\"",
                                                 ":",
                                                 ",",
                                                 "=",
                                                 "%",
                                                 "-",
                                                 "0",
                                                 "9",
                                                 ".",
                                                 "e9",
                                                 "\\",
                                                 "\n",
                                                 "#",
                                                 "//",
                                                 "nan",
                                                 "nan(0x",
                                                 "inf",
                                                 "true",
                                                 "numbers",
                                                 ":1",
                                                 "null",
                                                 "1e9",
                                                 "@\"\"",
                                                 "99999999999999999999",
                                                 "1099511627776",
                                                 "f32[",
                                                 "bool",
                                                 "i32",
                                                 "splat",
                                                 "\xff",
                                                 "x"};
    const std::size_t at = below(text.size());
    const std::size_t length = 1 + below(std::min<std::size_t>(text.size() - at, 1 + below(40)));
    switch (below(7)) {
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
        text.insert(at, pieces[below(pieces.size())]);
        break;
      default:
        text.replace(at, length, pieces[below(pieces.size())]);
    }
  }

  std::mt19937_64 random_;
};

}  // namespace weft::test

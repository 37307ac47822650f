#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weft::nmt {

/// What a language is written with, by ICU's locale data (CLDR).
class Writing {
 public:
  /// Of a BCP 47 tag. Of languages that ICU has no data of, nothing is known but the script.
  explicit Writing(std::string_view language);
  ~Writing();
  Writing(Writing&&) noexcept;

  /// Whether the letter, in lower case, is of its alphabet (the standard exemplar characters): ß of German, not of
  /// English.
  bool has_letter(char32_t c) const;
  /// Whether the letter is of one of its scripts: Han, Hiragana and Katakana of Japanese. True when they are unknown.
  bool has_script_of(char32_t c) const;
  /// Those scripts, as "Latin" or "Katakana, Hiragana, Han".
  std::string scripts() const;

 private:
  struct Data;
  std::unique_ptr<const Data> data_;
};

/// The name of a letter's script: "Cyrillic".
std::string_view script_name(char32_t c);

/// Whether a letter or mark is of a script whose words have no blanks between (Chinese, Japanese, Thai, Lao, Khmer,
/// Burmese), and if so, how many of them a run of it has on average, at most, where somebody has put blanks between
/// words nevertheless; 0 of all other scripts.
int longest_mean_word_without_blanks(char32_t c);

}  // namespace weft::nmt

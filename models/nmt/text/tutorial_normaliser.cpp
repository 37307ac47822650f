#include "models/nmt/text/tutorial_normaliser.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/utf16.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "graph/base/error.h"
#include "models/nmt/text/special_words.h"
#include "models/nmt/text/utf8.h"

namespace weft::nmt {
namespace {

// The steps work on one code point at a time, which gives the same bytes as working on the whole sentence would:
// - Lower-casing depends on the neighbours only for the Greek sigma, which becomes a space whichever form it takes. The
//   one code point whose full lower case is longer than one, U+0130, becomes i and a mark that is dropped; its simple
//   lower case is the i alone.
// - NFD reorders marks among themselves. Non-spacing marks are dropped and all others become part of one run of
//   spaces, so their order does not show.

constexpr UChar32 inverted_question_mark = 0xBF;

const UNormalizer2* nfd() {
  static const UNormalizer2* const instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2* normaliser = unorm2_getNFDInstance(&status);
    check_invariant(U_SUCCESS(status) != 0, "ICU has no NFD data: {}", u_errorName(status));
    return normaliser;
  }();
  return instance;
}

/// The normalised sentence as it grows.
class Output {
 public:
  explicit Output(std::size_t size_of_sentence) {
    text_.reserve(size_of_sentence + size_of_sentence / 4 + start_token.size() + end_token.size() + 2);
    text_ += start_token;
    text_ += ' ';
    empty_size_ = text_.size();
  }

  void letter(UChar32 letter) {
    if (space_) end_word();
    append_utf8(static_cast<char32_t>(letter), text_);
    has_letter_ = true;
  }

  void punctuation(std::string_view mark) {
    end_word();
    text_ += mark;
    space_ = true;
  }

  void space() { space_ = true; }

  bool has_letter() const { return has_letter_; }

  std::string finish() && {
    text_ += ' ';
    text_ += end_token;
    return std::move(text_);
  }

 private:
  /// A space is due between two words, but none before the first.
  void end_word() {
    if (text_.size() > empty_size_) text_ += ' ';
    space_ = false;
  }

  std::string text_;
  std::size_t empty_size_ = 0;
  bool space_ = false;  // a run of characters that become one space has been seen
  bool has_letter_ = false;
};

bool is_ascii_letter(UChar32 c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A letter of any script, or a mark that belongs to one: not an accent, which many scripts share.
bool is_letter_of_script(UChar32 c) {
  if (c < 0x80) return is_ascii_letter(c);
  if (u_isalpha(c) != 0) return true;
  UErrorCode status = U_ZERO_ERROR;
  return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0 && uscript_getScript(c, &status) > USCRIPT_INHERITED;
}

using IsLetter = bool (*)(UChar32);

/// Appends a code point that is in lower case and decomposed already.
void append(UChar32 code_point, IsLetter is_letter, Output& output) {
  if (is_letter(code_point)) {
    output.letter(code_point);
  } else if (code_point == '?' || code_point == '.' || code_point == '!' || code_point == ',') {
    const char mark = static_cast<char>(code_point);
    output.punctuation({&mark, 1});
  } else if (code_point == inverted_question_mark) {
    output.punctuation("\xC2\xBF");
  } else if (code_point < 0x80 || u_charType(code_point) != U_NON_SPACING_MARK) {
    output.space();
  }
}

/// Appends any code point: lower case, then NFD.
void lower_and_append(UChar32 code_point, IsLetter is_letter, Output& output) {
  if (code_point < 0x80) {  // most of the text: no look-up
    append(code_point >= 'A' && code_point <= 'Z' ? code_point + ('a' - 'A') : code_point, is_letter, output);
    return;
  }
  const UChar32 lower = u_tolower(code_point);
  std::array<UChar, 32> decomposed{};  // the longest canonical decomposition is 4 code points
  UErrorCode status = U_ZERO_ERROR;
  const std::int32_t length = unorm2_getDecomposition(nfd(), lower, decomposed.data(), decomposed.size(), &status);
  check_invariant(U_SUCCESS(status) != 0, "ICU cannot decompose U+{:04X}: {}", static_cast<std::uint32_t>(lower),
                  u_errorName(status));
  if (length < 0) {  // it decomposes into itself
    append(lower, is_letter, output);
    return;
  }
  for (std::int32_t i = 0; i < length;) {
    UChar32 part = 0;
    U16_NEXT(decomposed.data(), i, length, part);
    append(part, is_letter, output);
  }
}

}  // namespace

std::string tutorial_normalise(std::string_view sentence) {
  Output output(sentence.size());
  for (const char32_t c : code_points(sentence)) lower_and_append(static_cast<UChar32>(c), is_ascii_letter, output);
  return std::move(output).finish();
}

std::string plain_letters(std::string_view sentence) {
  Output output(sentence.size());
  for (const char32_t c : code_points(sentence)) lower_and_append(static_cast<UChar32>(c), is_letter_of_script, output);
  return output.has_letter() ? std::move(output).finish() : std::string(sentence);
}

}  // namespace weft::nmt

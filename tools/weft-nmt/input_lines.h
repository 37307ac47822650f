#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "models/nmt/text/tokeniser.h"
#include "tools/common/command_line.h"

namespace weft::nmt {

/// The longest line that is read as a sentence, in bytes.
inline constexpr std::size_t max_line_bytes = std::size_t{64} << 10;

/// Throws Error with the reason unless the sentence can be translated: UTF-8, without a NUL, neither too long nor of
/// too many tokens.
void check_sentence(std::string_view sentence, const Tokeniser& tokeniser);

/// Adds --skip-bad: bad lines are no failure.
void add_skip_bad_option(const tool::Command& command, bool& skip_bad);

/// What stands in the output in place of a bad line, so that the lines of input and output stay aligned.
inline constexpr std::string_view bad_line = "<bad line>";

/// The lines of an input that cannot be used: the first ones are told on standard error, all are counted.
class BadLines {
 public:
  /// What the input is called in messages.
  explicit BadLines(std::string input) : input_(std::move(input)) {}

  /// Notes a line, by its number from 1, and what is wrong with it.
  void add(std::size_t number, std::string_view reason);
  /// Counts one that has been told already.
  void count() { ++count_; }
  /// Says how many there were, if any. Returns whether there were none.
  bool finish() const;

 private:
  std::string input_;
  std::size_t count_ = 0;
};

/// The words of an input that the model does not know.
class UnknownWords {
 public:
  void add(const std::vector<std::string>& words);
  /// Warns of them on standard error, if there are any, and names the first ones.
  void warn() const;

 private:
  std::size_t count_ = 0;
  std::vector<std::string> first_;  ///< different ones, quoted
  bool more_ = false;               ///< there are others than those
};

}  // namespace weft::nmt

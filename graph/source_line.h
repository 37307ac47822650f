#pragma once

#include <string>

namespace weft {

/// A line of the caller's program, for messages: what std::source_location has, which clang 14 lacks. Line 0 is an
/// unknown one.
struct SourceLine {
  const char* file = "";
  int line = 0;

  /// As a default argument: the line of the call.
  static constexpr SourceLine current(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }

  explicit operator bool() const { return line > 0; }
  /// "model.cpp:12".
  std::string to_string() const { return std::string(file) + ":" + std::to_string(line); }
};

}  // namespace weft

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/base/error.h"

// What a harness is: a file NAME_fuzz.cpp that defines `harness`, and a line weft_fuzz(NAME ...) in CMakeLists.txt. The
// same file is linked to libFuzzer by clang (libfuzzer.cpp), and by any compiler to a small main (replay.cpp), which
// ctest runs. docs/testing.md tells how to use both.

namespace weft::fuzz {

struct Harness {
  /// Gives an input to the code under test. Whatever it throws is a finding, as is whatever kills the process.
  void (*run)(std::string_view input);
  /// Inputs to begin with, made anew each time: the more of the format they use, the better.
  std::vector<std::string> (*seeds)();
  /// The input changed, the same way for the same seed; without one, bytes are changed.
  std::string (*mutate)(const std::string& input, std::uint64_t seed) = nullptr;
  /// What inputs of the format are made of: put in by whoever changes bytes.
  std::vector<std::string> (*words)() = nullptr;
};
extern const Harness harness;

/// What a harness found.
class Finding : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws Finding with a formatted message unless `condition` holds.
template <typename... Args>
void expect(bool condition, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition) throw Finding(fmt::format(format, std::forward<Args>(args)...));
}

/// A refusal must be of use to people: a finding if it is empty, longer than a screen, or has control characters.
void check_message(std::string_view message);

/// How often accepted() found the one and the other.
struct Verdicts {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
};
inline Verdicts verdicts;

/// What `read` makes of an input, or nothing when it refuses it as it should, by an Error. Called for what comes from
/// outside; what the code under test makes of its own results it must not refuse.
template <typename Read>
auto accepted(const Read& read) -> std::optional<decltype(read())> {
  try {
    std::optional result(read());
    ++verdicts.accepted;
    return result;
  } catch (const Error& error) {
    check_message(error.what());
    ++verdicts.refused;
    return std::nullopt;
  }
}

}  // namespace weft::fuzz

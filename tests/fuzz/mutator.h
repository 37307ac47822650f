#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace weft::fuzz {

/// Damages inputs at random, the same way for the same seed: bytes and bits change, parts go, come twice, or are
/// replaced by words, numbers and parts of other inputs.
class Mutator {
 public:
  /// `words`: what the format is made of, beside what most parsers stumble over.
  explicit Mutator(std::uint64_t seed, std::vector<std::string> words = {});

  /// The text with one to four changes; `other` lends parts.
  std::string mutate(std::string text, std::string_view other = {});

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
  const std::string& word() { return words_[below(words_.size())]; }
  void change(std::string& text, std::string_view other);

  std::mt19937_64 random_;
  std::vector<std::string> words_;
};

}  // namespace weft::fuzz

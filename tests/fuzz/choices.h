#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "graph/base/random.h"

namespace weft::fuzz {

/// A stream of choices that something random is made by: drawn from a seed, or spelt by bytes, so that whoever changes
/// the bytes changes what is made. Bytes that are at an end choose the first of everything.
class Choices {
 public:
  explicit Choices(std::uint64_t seed) : random_(seed, "choices") {}
  explicit Choices(std::string_view bytes) : random_(0, ""), bytes_(bytes), from_bytes_(true) {}

  /// A number from low to high, both included.
  std::int64_t pick(std::int64_t low, std::int64_t high) {
    const auto count = static_cast<std::uint64_t>(high - low) + 1;
    return low + static_cast<std::int64_t>(bits(count) % count);
  }
  bool chance(int percent) { return pick(0, 99) < percent; }
  template <typename T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(choices.size()) - 1))];
  }
  /// Whether choices are still spelt; always from a seed.
  bool left() const { return !from_bytes_ || !bytes_.empty(); }

 private:
  /// As many bytes as so many choices need.
  std::uint64_t bits(std::uint64_t count) {
    if (!from_bytes_) return random_.bits(drawn_++);
    std::uint64_t bits = 0;
    for (std::uint64_t rest = count - 1; rest > 0 && !bytes_.empty(); rest >>= 8, bytes_.remove_prefix(1))
      bits = bits << 8 | static_cast<unsigned char>(bytes_.front());
    return bits;
  }

  CounterRandom random_;
  std::uint64_t drawn_ = 0;
  std::string_view bytes_;
  bool from_bytes_ = false;
};

}  // namespace weft::fuzz

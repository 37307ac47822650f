#pragma once

#include <cstdint>
#include <string_view>

namespace weft {

/// SplitMix64's mixing (Steele, Lea and Flood, 2014). T is std::uint64_t, or what records code.
template <typename T>
[[gnu::always_inline]] inline T split_mix(T x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// A counter-based generator: every number is a pure function of (seed, stream, index), so that neither the order of
/// drawing nor what else is drawn changes it.
class CounterRandom {
 public:
  /// `stream` names what the numbers are for: a parameter, an input.
  CounterRandom(std::uint64_t seed, std::string_view stream) : key_(split_mix(seed)) {
    for (const char letter : stream) key_ = split_mix(key_ ^ static_cast<unsigned char>(letter));
  }

  /// A generator of its own for each number: a step of training.
  CounterRandom at(std::uint64_t number) const {
    CounterRandom random = *this;
    random.key_ = split_mix(key_ ^ split_mix(number + increment));
    return random;
  }

  /// 64 random bits: a counter, mixed. From index to index the counter grows by `increment`.
  [[gnu::always_inline]] std::uint64_t bits(std::uint64_t index) const { return split_mix(counter(index)); }
  [[gnu::always_inline]] std::uint64_t counter(std::uint64_t index) const { return key_ + (index + 1) * increment; }
  static constexpr std::uint64_t increment = 0x9e3779b97f4a7c15ULL;
  /// Uniform in [0, 1), a multiple of 2^-53.
  double unit(std::uint64_t index) const { return static_cast<double>(bits(index) >> 11) * 0x1.0p-53; }
  /// Uniform in [low, high).
  double uniform(std::uint64_t index, double low, double high) const { return low + (high - low) * unit(index); }

 private:
  std::uint64_t key_;
};

}  // namespace weft

#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace weft::nmt {

/// Random numbers that are the same with every standard library, which the standard's distributions and shuffle are
/// not.
class Random {
 public:
  /// Equal pairs of seed and stream give equal numbers; streams of one seed have nothing to do with each other.
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

  /// A whole number from 0 to `bound` - 1, each as likely. `bound` must be positive.
  std::uint64_t below(std::uint64_t bound);

  /// Puts the elements in random order, each order as likely (Fisher and Yates).
  template <typename T>
  void shuffle(std::vector<T>& elements) {
    for (std::size_t i = elements.size(); i > 1; --i) {
      std::swap(elements[i - 1], elements[static_cast<std::size_t>(below(i))]);
    }
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace weft::nmt

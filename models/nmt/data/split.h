#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weft::nmt {

/// What a pair of sentences is for: to be trained on, to measure training with, to measure what came of it.
enum class Part : std::uint8_t { train, valid, test };

/// How much of a corpus is kept out of training; the rest is trained on.
struct SplitFractions {
  double valid = 0.1;
  double test = 0.1;
};

/// The part of each pair.
using Split = std::vector<Part>;

/// Puts each of `pairs` pairs into a part at random. Valid and test get their fractions, rounded to whole pairs.
/// Throws Error if a fraction is negative or not finite, if they leave nothing to train on, or if there are no pairs.
Split split_random(std::size_t pairs, const SplitFractions& fractions, std::uint64_t seed);

/// The same, but pairs that share a sentence on either side, directly or through other pairs, all go to one part; so no
/// sentence of one part is known from another. `sources` and `targets` are checksums of the sides, normalised: should
/// two sentences have the same one, their pairs go to one part as well, which leaks nothing.
///
/// Valid and test are filled with groups in random order, as far as a whole group fits, and so may be smaller than
/// their fractions when the groups are large; all other pairs are trained on.
/// Throws Error as split_random does, and if the sides differ in number.
Split split_leak_free(std::span<const std::uint64_t> sources, std::span<const std::uint64_t> targets,
                      const SplitFractions& fractions, std::uint64_t seed);

}  // namespace weft::nmt

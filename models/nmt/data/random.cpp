#include "models/nmt/data/random.h"

#include <limits>

#include "graph/base/error.h"

namespace weft::nmt {
namespace {

/// The engine whose state is filled from all bits of both numbers; std::seed_seq is the same everywhere.
std::mt19937_64 seeded_engine(std::uint64_t seed, std::uint64_t stream) {
  std::seed_seq sequence{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                         static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)};
  return std::mt19937_64(sequence);
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) : engine_(seeded_engine(seed, stream)) {}

std::uint64_t Random::below(std::uint64_t bound) {
  check_invariant(bound > 0, "there is no random number below 0");
  // The numbers above the largest multiple of the bound would make the small results more likely: draw again.
  const std::uint64_t excess = (std::numeric_limits<std::uint64_t>::max() % bound + 1) % bound;
  const std::uint64_t last = std::numeric_limits<std::uint64_t>::max() - excess;
  std::uint64_t number = engine_();
  while (number > last) number = engine_();
  return number % bound;
}

}  // namespace weft::nmt

#pragma once

#include <cstdint>
#include <string>

#include "graph/attributes.h"
#include "graph/random.h"

namespace weft {

/// The numbers of op random_uniform: each is a function of seed, stream, step and the element's place alone.
class StepRandom {
 public:
  /// Of the node's attributes "seed" and "stream".
  explicit StepRandom(const Attributes& attributes)
      : random_(static_cast<std::uint64_t>(attributes.get<std::int64_t>("seed")),
                attributes.get<std::string>("stream")) {}

  /// Within the open interval (0, 1): an odd multiple of 2^-24, which float and double both hold exactly, so that all
  /// backends and element types draw the same numbers.
  double unit(std::int32_t step, std::int64_t element) const {
    const std::uint64_t index =
        (std::uint64_t{static_cast<std::uint32_t>(step)} << 32) + static_cast<std::uint64_t>(element);
    return static_cast<double>((random_.bits(index) >> 41) * 2 + 1) * 0x1.0p-24;
  }

 private:
  CounterRandom random_;
};

}  // namespace weft

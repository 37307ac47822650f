#pragma once

#include <cstdint>

#include "graph/attributes.h"
#include "graph/base/random.h"

namespace weft {

/// The draws of a node, such as random_uniform or dropout: 64 bits for each element of each step, which are a function
/// of the node's attributes "seed" and "stream", of the step and of the element's place alone.
class NodeDraws {
 public:
  /// How a step's draws are told from another's. Runs that were begun with one go on with it, so each op keeps its own.
  enum class Steps {
    counted,  ///< element i of step s has number 2^32 s + i of the stream
    keyed,    ///< each step has a stream of its own
  };

  NodeDraws(const Attributes& attributes, Steps steps)
      : random_(static_cast<std::uint64_t>(attributes.get<std::int64_t>("seed")),
                attributes.get<std::string>("stream")),
        steps_(steps) {}

  /// The draws of one step: bits(i) are those of element i.
  class OfStep {
   public:
    [[gnu::always_inline]] std::uint64_t bits(std::int64_t element) const { return random_.bits(number_of(element)); }
    /// What these bits are mixed of (CounterRandom).
    std::uint64_t counter(std::int64_t element) const { return random_.counter(number_of(element)); }
    /// Uniform in [0, 1), a multiple of 2^-53.
    double unit(std::int64_t element) const { return random_.unit(number_of(element)); }
    /// Uniform in (0, 1): an odd multiple of 2^-24, which float and double both hold exactly, so that all backends and
    /// element types draw the same numbers.
    double open_unit(std::int64_t element) const {
      return static_cast<double>((bits(element) >> 41) * 2 + 1) * 0x1.0p-24;
    }

   private:
    friend class NodeDraws;
    OfStep(const CounterRandom& random, std::uint64_t first) : random_(random), first_(first) {}

    [[gnu::always_inline]] std::uint64_t number_of(std::int64_t element) const {
      return first_ + static_cast<std::uint64_t>(element);
    }

    CounterRandom random_;
    std::uint64_t first_;
  };

  OfStep of_step(std::int32_t step) const {
    if (steps_ == Steps::keyed) return {random_.at(static_cast<std::uint64_t>(step)), 0};
    return {random_, std::uint64_t{static_cast<std::uint32_t>(step)} << 32};
  }

 private:
  CounterRandom random_;
  Steps steps_;
};

}  // namespace weft

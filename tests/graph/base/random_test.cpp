#include "graph/base/random.h"

#include <doctest/doctest.h>

#include <cmath>

namespace weft {

TEST_CASE("a number depends on the seed, the stream and the index alone") {
  const CounterRandom random(1, "weights");
  const std::uint64_t third = random.bits(2);
  random.bits(0);
  CHECK(random.bits(2) == third);
  CHECK(CounterRandom(1, "weights").bits(2) == third);
  CHECK(CounterRandom(2, "weights").bits(2) != third);
  CHECK(CounterRandom(1, "biases").bits(2) != third);
  CHECK(random.bits(3) != third);
}

TEST_CASE("uniform numbers have the mean and deviation of their range and stay in it") {
  const CounterRandom random(5, "x");
  constexpr int count = 100000;
  double sum = 0.0;
  double squares = 0.0;
  bool within = true;
  for (int i = 0; i < count; ++i) {
    const double number = random.uniform(static_cast<std::uint64_t>(i), -1.0, 3.0);
    within = within && number >= -1.0 && number < 3.0;
    sum += number;
    squares += (number - 1.0) * (number - 1.0);
  }
  CHECK(within);
  CHECK(sum / count == doctest::Approx(1.0).epsilon(0.02));
  CHECK(std::sqrt(squares / count) == doctest::Approx(4.0 / std::sqrt(12.0)).epsilon(0.02));
}

}  // namespace weft

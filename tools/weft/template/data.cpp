#include "data.h"

#include <cmath>
#include <numbers>
#include <random>

void draw(std::uint64_t seed, std::span<float> points, std::span<std::int32_t> labels) {
  std::mt19937_64 random(seed);
  const auto uniform = [&] { return static_cast<float>(random() >> 40) * 0x1.0p-24F; };
  for (std::size_t row = 0; row < labels.size(); ++row) {
    labels[row] = static_cast<std::int32_t>(random() % classes);
    const float radius = 0.1F + 0.9F * uniform();
    const float turn = 2.0F * std::numbers::pi_v<float> * static_cast<float>(labels[row]) / classes;
    const float angle = turn + 4.0F * radius + 0.2F * (uniform() - 0.5F);
    points[2 * row] = radius * std::cos(angle);
    points[2 * row + 1] = radius * std::sin(angle);
  }
}

#pragma once

#include <cstdint>
#include <span>

/// How many spirals there are.
constexpr std::int64_t classes = 3;

/// Draws points (x and y in turn) near spirals, and the spiral of each: the same ones for the same seed. Put your data
/// here.
void draw(std::uint64_t seed, std::span<float> points, std::span<std::int32_t> labels);

#include "graph/base/quantity.h"

#include <fmt/core.h>

#include <array>
#include <cmath>
#include <span>
#include <string_view>

namespace weft {
namespace {

bool is_known(double number) { return std::isfinite(number) && number >= 0; }

/// `value` in the first unit in which it prints as less than `step`, or in the last one. Whole in the first unit.
std::string in_unit(double value, double step, std::span<const std::string_view> units) {
  std::size_t unit = 0;
  while (unit + 1 < units.size() && std::round(value * (unit == 0 ? 1 : 10)) >= step * (unit == 0 ? 1 : 10)) {
    value /= step;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f}{}", value, units[0]) : fmt::format("{:.1f}{}", value, units[unit]);
}

}  // namespace

std::string duration_text(double seconds) {
  constexpr double minute = 60, hour = 60 * minute, day = 24 * hour;
  if (!is_known(seconds)) return "?";
  if (seconds < 0.995) return fmt::format("{:.2f} s", seconds);
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const double whole = std::round(seconds);
  if (whole < minute) return fmt::format("{:.0f} s", whole);
  if (whole < hour) return fmt::format("{:.0f} min {:02.0f} s", std::floor(whole / minute), std::fmod(whole, minute));
  if (whole < day) {
    return fmt::format("{:.0f} h {:02.0f} min", std::floor(whole / hour), std::floor(std::fmod(whole, hour) / minute));
  }
  return fmt::format("{:.0f} d {:02.0f} h", std::floor(whole / day), std::floor(std::fmod(whole, day) / hour));
}

std::string count_text(double count) {
  constexpr std::array<std::string_view, 6> units{"", " k", " M", " G", " T", " P"};
  return is_known(count) ? in_unit(count, 1000, units) : "?";
}

std::string bytes_text(double bytes) {
  constexpr std::array<std::string_view, 6> units{" B", " KiB", " MiB", " GiB", " TiB", " PiB"};
  return is_known(bytes) ? in_unit(bytes, 1024, units) : "?";
}

}  // namespace weft

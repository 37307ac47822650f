#include "models/training/format.h"

#include <fmt/core.h>

#include <array>
#include <cmath>
#include <span>
#include <string_view>

namespace weft::nmt {
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

std::string format_duration(double seconds) {
  constexpr double kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;
  if (!is_known(seconds)) return "?";
  if (seconds < 0.995) return fmt::format("{:.2f} s", seconds);
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const double whole = std::round(seconds);
  if (whole < kMinute) return fmt::format("{:.0f} s", whole);
  if (whole < kHour)
    return fmt::format("{:.0f} min {:02.0f} s", std::floor(whole / kMinute), std::fmod(whole, kMinute));
  if (whole < kDay) {
    return fmt::format("{:.0f} h {:02.0f} min", std::floor(whole / kHour),
                       std::floor(std::fmod(whole, kHour) / kMinute));
  }
  return fmt::format("{:.0f} d {:02.0f} h", std::floor(whole / kDay), std::floor(std::fmod(whole, kDay) / kHour));
}

std::string format_count(double count) {
  constexpr std::array<std::string_view, 5> kUnits{"", " k", " M", " G", " T"};
  return is_known(count) ? in_unit(count, 1000, kUnits) : "?";
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits{" B", " KiB", " MiB", " GiB", " TiB"};
  return in_unit(static_cast<double>(bytes), 1024, kUnits);
}

std::string format_batch(std::int64_t epoch, std::int64_t batch, double loss) {
  return fmt::format("Epoch {} Batch {} Loss {:.4f}", epoch, batch, loss);
}

std::string format_epoch(std::int64_t epoch, double loss) { return fmt::format("Epoch {} Loss {:.4f}", epoch, loss); }

std::string format_epoch_time(double seconds) { return fmt::format("Time taken for 1 epoch {:.1f} sec", seconds); }

}  // namespace weft::nmt

#include "tools/weft/range_options.h"

#include <fmt/format.h>

#include <cmath>

namespace weft::tool {

void add_range_options(const Command& command, inspect::DrawRange& range) {
  command.option("--low", range.low, "Random floating-point numbers are at least this").show_default();
  command.option("--high", range.high, "... and below this").show_default();
  command.option("--integer-low", range.integer_low, "The smallest random integer").show_default();
  command.option("--integer-high", range.integer_high, "The largest one").show_default();
}

void require_range(const inspect::DrawRange& range) {
  if (!std::isfinite(range.low) || !std::isfinite(range.high) || range.low >= range.high)
    throw UsageError(fmt::format("--low: {} is not below --high {}", range.low, range.high));
  if (range.integer_low > range.integer_high)
    throw UsageError(
        fmt::format("--integer-low: {} is above --integer-high {}", range.integer_low, range.integer_high));
}

}  // namespace weft::tool

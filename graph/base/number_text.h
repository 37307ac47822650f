#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

/// The shortest text that reads back to the same bits, and never looks like an integer: "0.1", "1.0", "1e-07", "-inf",
/// "nan". A NaN other than the usual one is written by its bits: "nan(0x7ff8000000000001)".
std::string number_text(double number);
std::string number_text(float number);

/// The inverse; integers ("3") are numbers too. Nothing for text that is no number or out of range.
std::optional<double> parse_double(std::string_view text);
std::optional<float> parse_float(std::string_view text);
/// A decimal integer with an optional minus sign. Nothing for other text or when it is out of range.
std::optional<std::int64_t> parse_integer(std::string_view text);
/// Whether the text is a minus sign and digits alone, whatever their value.
bool looks_like_integer(std::string_view text);

}  // namespace weft

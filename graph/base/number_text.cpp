#include "graph/base/number_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

namespace weft {
namespace {

template <typename Float>
struct Bits;
template <>
struct Bits<double> {
  using Type = std::uint64_t;
};
template <>
struct Bits<float> {
  using Type = std::uint32_t;
};

template <typename Float>
constexpr Float usual_nan = std::numeric_limits<Float>::quiet_NaN();

template <typename Float>
std::string text_of(Float number) {
  const auto bits = std::bit_cast<typename Bits<Float>::Type>(number);
  if (std::isnan(number))
    return bits == std::bit_cast<typename Bits<Float>::Type>(usual_nan<Float>) ? "nan"
                                                                               : fmt::format("nan({:#x})", bits);
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  std::array<char, 40> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  std::string text(buffer.data(), end);
  return looks_like_integer(text) ? text + ".0" : text;
}

/// "nan(0x...)" for the bits of a NaN.
template <typename Float>
std::optional<Float> parse_nan_bits(std::string_view text) {
  constexpr std::string_view prefix = "nan(0x";
  if (!text.starts_with(prefix) || !text.ends_with(')')) return std::nullopt;
  const std::string_view digits = text.substr(prefix.size(), text.size() - prefix.size() - 1);
  typename Bits<Float>::Type bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
  const auto number = std::bit_cast<Float>(bits);
  if (error != std::errc() || end != digits.data() + digits.size() || !std::isnan(number)) return std::nullopt;
  return number;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <typename Float>
std::optional<Float> parse(std::string_view text) {
  constexpr Float infinity = std::numeric_limits<Float>::infinity();
  if (text == "inf") return infinity;
  if (text == "-inf") return -infinity;
  if (text == "nan") return usual_nan<Float>;
  if (text.starts_with("nan(")) return parse_nan_bits<Float>(text);
  // from_chars knows other words for infinity, which are left out here: a number begins with a digit.
  const std::string_view magnitude = text.starts_with('-') ? text.substr(1) : text;
  if (magnitude.empty() || !is_digit(magnitude.front())) return std::nullopt;
  Float number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string number_text(double number) { return text_of(number); }

std::string number_text(float number) { return text_of(number); }

std::optional<double> parse_double(std::string_view text) { return parse<double>(text); }

std::optional<float> parse_float(std::string_view text) { return parse<float>(text); }

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return integer;
}

bool looks_like_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

}  // namespace weft

#include "graph/base/number_text.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

using namespace weft;

TEST_CASE("numbers are written short, and never as integers") {
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(0.1F) == "0.1");
  CHECK(number_text(1.0) == "1.0");
  CHECK(number_text(-0.0) == "-0.0");
  CHECK(number_text(1e-7) == "1e-07");
  CHECK(number_text(1e22) == "1e+22");
  CHECK(number_text(123456.0) == "123456.0");
  CHECK(number_text(INFINITY) == "inf");
  CHECK(number_text(-INFINITY) == "-inf");
  CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(number_text(std::bit_cast<float>(0xffc00000U)) == "nan(0xffc00000)");
}

TEST_CASE("numbers of all bits are read back as they were") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t bits = random();
    const auto wide = parse_double(number_text(std::bit_cast<double>(bits)));
    const auto narrow = parse_float(number_text(std::bit_cast<float>(static_cast<std::uint32_t>(bits))));
    REQUIRE(wide.has_value());
    REQUIRE(narrow.has_value());
    CHECK(std::bit_cast<std::uint64_t>(*wide) == bits);
    CHECK(std::bit_cast<std::uint32_t>(*narrow) == static_cast<std::uint32_t>(bits));
  }
}

TEST_CASE("what is no number is refused") {
  for (const char* text : {"", "-", ".5", "+1", "1.5x", "0x10", "infinity", "INF", "NaN", "nan()", "nan(0x1)",
                           "nan(0xzz)", "-nan", "1e999", "--1", " 1", "1 "}) {
    CAPTURE(text);
    CHECK_FALSE(parse_double(text).has_value());
    CHECK_FALSE(parse_float(text).has_value());
    CHECK_FALSE(parse_integer(text).has_value());
  }
  CHECK(parse_double("3") == 3.0);
  CHECK_FALSE(parse_float("1e39").has_value());
  CHECK(parse_integer("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK_FALSE(parse_integer("9223372036854775808").has_value());
  CHECK_FALSE(parse_integer("1.0").has_value());
}

#include "graph/base/quantity.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>

namespace weft {

TEST_CASE("durations") {
  CHECK(duration_text(0) == "0.00 s");
  CHECK(duration_text(0.374) == "0.37 s");
  CHECK(duration_text(0.996) == "1.0 s");
  CHECK(duration_text(9.94) == "9.9 s");
  CHECK(duration_text(9.96) == "10 s");
  CHECK(duration_text(59.4) == "59 s");
  CHECK(duration_text(59.6) == "1 min 00 s");
  CHECK(duration_text(123) == "2 min 03 s");
  CHECK(duration_text(3599.6) == "1 h 00 min");
  CHECK(duration_text(3720) == "1 h 02 min");
  CHECK(duration_text(86400 * 3 + 4 * 3600) == "3 d 04 h");
  CHECK(duration_text(-1) == "?");
  CHECK(duration_text(std::nan("")) == "?");
  CHECK(duration_text(std::numeric_limits<double>::infinity()) == "?");
}

TEST_CASE("counts") {
  CHECK(count_text(0) == "0");
  CHECK(count_text(999) == "999");
  CHECK(count_text(999.6) == "1.0 k");
  CHECK(count_text(1000) == "1.0 k");
  CHECK(count_text(12'345) == "12.3 k");
  CHECK(count_text(999'940) == "999.9 k");
  CHECK(count_text(999'960) == "1.0 M");
  CHECK(count_text(23'400'000) == "23.4 M");
  CHECK(count_text(1e9) == "1.0 G");
  CHECK(count_text(5e15) == "5.0 P");
  CHECK(count_text(-1) == "?");
}

TEST_CASE("bytes") {
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(1023) == "1023 B");
  CHECK(bytes_text(1536) == "1.5 KiB");
  CHECK(bytes_text(24'536'678) == "23.4 MiB");
  CHECK(bytes_text(std::uint64_t{1} << 40) == "1.0 TiB");
}

}  // namespace weft

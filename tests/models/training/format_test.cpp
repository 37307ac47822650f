#include "models/training/format.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "models/training/progress_line.h"

using namespace weft::nmt;

TEST_CASE("durations") {
  CHECK(format_duration(0) == "0.00 s");
  CHECK(format_duration(0.374) == "0.37 s");
  CHECK(format_duration(0.996) == "1.0 s");
  CHECK(format_duration(9.94) == "9.9 s");
  CHECK(format_duration(9.96) == "10 s");
  CHECK(format_duration(59.4) == "59 s");
  CHECK(format_duration(59.6) == "1 min 00 s");
  CHECK(format_duration(123) == "2 min 03 s");
  CHECK(format_duration(3599.6) == "1 h 00 min");
  CHECK(format_duration(3720) == "1 h 02 min");
  CHECK(format_duration(86400 * 3 + 4 * 3600) == "3 d 04 h");
  CHECK(format_duration(-1) == "?");
  CHECK(format_duration(std::nan("")) == "?");
  CHECK(format_duration(std::numeric_limits<double>::infinity()) == "?");
}

TEST_CASE("counts") {
  CHECK(format_count(0) == "0");
  CHECK(format_count(999) == "999");
  CHECK(format_count(999.6) == "1.0 k");
  CHECK(format_count(1000) == "1.0 k");
  CHECK(format_count(12'345) == "12.3 k");
  CHECK(format_count(999'940) == "999.9 k");
  CHECK(format_count(999'960) == "1.0 M");
  CHECK(format_count(23'400'000) == "23.4 M");
  CHECK(format_count(1e9) == "1.0 G");
  CHECK(format_count(5e15) == "5000.0 T");
  CHECK(format_count(-1) == "?");
}

TEST_CASE("bytes") {
  CHECK(format_bytes(0) == "0 B");
  CHECK(format_bytes(1023) == "1023 B");
  CHECK(format_bytes(1536) == "1.5 KiB");
  CHECK(format_bytes(24'536'678) == "23.4 MiB");
  CHECK(format_bytes(std::uint64_t{1} << 40) == "1.0 TiB");
}

TEST_CASE("log lines") {
  CHECK(format_batch(1, 100, 2.23342) == "Epoch 1 Batch 100 Loss 2.2334");
  CHECK(format_epoch(1, 1.2345) == "Epoch 1 Loss 1.2345");
  CHECK(format_epoch_time(114.23) == "Time taken for 1 epoch 114.2 sec");
}

TEST_CASE("the progress line fills the width it is given and no more") {
  const ProgressState half{
      .title = "Epoch 3", .done = 50, .total = 100, .tokens = 234'000, .seconds = 10, .loss = 1.23456};
  CHECK(format_progress(half, 76) == "Epoch 3 [==========>          ]  50% 23.4 k tokens/s, 10 s left, loss 1.2346");
  CHECK(format_progress(half, 64) == "Epoch 3 [====>    ]  50% 23.4 k tokens/s, 10 s left, loss 1.2346");
  CHECK(format_progress(half, 61) == "Epoch 3  50% 23.4 k tokens/s, 10 s left, loss 1.2346");
  CHECK(format_progress(half, 20) == "Epoch 3  50% 23.4 k ");
  CHECK(format_progress(half, 0).empty());
  for (std::size_t columns = 0; columns < 300; ++columns) CHECK(format_progress(half, columns).size() <= columns);
}

TEST_CASE("the progress line at the ends and without one") {
  CHECK(format_progress({.title = "Epoch 1", .total = 8, .loss = {}}, 60) ==
        "Epoch 1 [>                                    ]   0%");
  CHECK(format_progress({.title = "Epoch 1", .done = 8, .total = 8, .loss = {}}, 60) ==
        "Epoch 1 [=====================================] 100%");
  CHECK(format_progress({.title = "Epoch 1", .done = 9, .total = 8, .loss = {}}, 60) ==
        "Epoch 1 [=====================================] 100%");
  CHECK(format_progress({.title = "Epoch 1", .done = 999, .total = 1000, .loss = {}}, 12) == "Epoch 1  99%");
  CHECK(format_progress({.title = "Reading", .done = 12'345, .loss = {}}, 60) == "Reading 12.3 k steps");
}

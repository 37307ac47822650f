#include "models/training/log_lines.h"

#include <doctest/doctest.h>

#include "models/training/progress_line.h"

using namespace weft;

TEST_CASE("log lines") {
  CHECK(batch_line(1, 100, 2.23342) == "Epoch 1 Batch 100 Loss 2.2334");
  CHECK(epoch_line(1, 1.2345) == "Epoch 1 Loss 1.2345");
  CHECK(epoch_time_line(114.23) == "Time taken for 1 epoch 114.2 sec");
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

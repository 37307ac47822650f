#include "models/training/epoch.h"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "tests/temporary_folder.h"

using namespace weft;
using namespace weft::test;

namespace {

/// Of four batches, of which every second makes an update; their losses are 1 to 4, over 1 to 4 tokens.
StepReport batch_report(const TrainingState& state, std::int64_t batch) {
  const auto number = static_cast<double>(batch + 1);
  return {.epoch = state.epoch + 1,
          .batch = batch + 1,
          .batches = 4,
          .loss = number,
          .learning_rate = number / 10,
          .tokens = batch + 1,
          .updated = batch % 2 == 1};
}

}  // namespace

TEST_CASE("an epoch moves the state on, batch by batch, and can be stopped behind the update that a batch is part of") {
  TrainingState state;
  StepReport last;
  std::vector<std::int64_t> run;
  const auto batches = [&](std::int64_t batch) {
    run.push_back(batch);
    return batch_report(state, batch);
  };
  CHECK_FALSE(run_epoch(
      state, 4, batches, [](const StepReport& report) { return report.batch != 1; }, last));
  CHECK(state == TrainingState{.step = 1, .batch_in_epoch = 2, .epoch_loss_sum = 1 + 4, .epoch_tokens = 3});
  CHECK(last.batch == 2);

  const auto report = run_epoch(state, 4, batches, {}, last);
  REQUIRE(report);
  CHECK(run == std::vector<std::int64_t>{0, 1, 2, 3});
  CHECK(report->epoch == 1);
  CHECK(report->loss == 3.0);  // (1 + 4 + 9 + 16) / 10
  CHECK(report->tokens == 10);
  CHECK(report->learning_rate == 0.4);
  CHECK(state == TrainingState{.step = 2, .epoch = 1});
}

TEST_CASE("an epoch that was stopped behind its last batch has but to end") {
  TrainingState state;
  StepReport last;
  const auto batches = [&](std::int64_t batch) { return batch_report(state, batch); };
  CHECK_FALSE(run_epoch(
      state, 4, batches, [](const StepReport& report) { return report.batch < 4; }, last));
  CHECK(state.epoch == 0);
  const auto report = run_epoch(state, 4, batches, {}, last);
  REQUIRE(report);
  CHECK(report->loss == 3.0);
  CHECK(report->learning_rate == 0.4);
}

TEST_CASE("what is no number is told with its place") {
  StepReport report{.epoch = 2, .batch = 7, .loss = 1.5};
  CHECK_NOTHROW(require_finite(report, 30));
  report.gradient_norm = std::numeric_limits<double>::infinity();
  CHECK(message_of([&] { require_finite(report, 30); }) ==
        "training diverged: in epoch 2, batch 7 (step 30) the loss is 1.5 and the gradients' norm inf");
  report.gradient_norm.reset();
  report.loss = std::numeric_limits<double>::quiet_NaN();
  CHECK(message_of([&] { require_finite(report, 30); }) ==
        "training diverged: in epoch 2, batch 7 (step 30) the loss is nan");
  CHECK_THROWS_AS(require_finite(report, 30), Diverged);
}

TEST_CASE("what a batch throws leaves the state as it was before it") {
  TrainingState state;
  StepReport last;
  const auto batches = [&](std::int64_t batch) {
    if (batch == 2) throw Diverged("no number");
    return batch_report(state, batch);
  };
  CHECK_THROWS_AS(run_epoch(state, 4, batches, {}, last), Diverged);
  CHECK(state.batch_in_epoch == 2);
  CHECK(state.step == 1);
}

#include "models/training/schedule.h"

#include <doctest/doctest.h>

using namespace weft;

namespace {

TrainingState after(std::int64_t steps, std::int64_t epochs = 0) { return {.step = steps, .epoch = epochs}; }

}  // namespace

TEST_CASE("the learning rate warms up and then follows its schedule") {
  LearningRateSchedule schedule;
  schedule.learning_rate = 0.5;
  CHECK(learning_rate(schedule, after(0)) == 0.5);
  CHECK(learning_rate(schedule, after(1000, 7)) == 0.5);

  schedule.warmup = 10;
  CHECK(learning_rate(schedule, after(0)) == doctest::Approx(0.05));
  CHECK(learning_rate(schedule, after(8)) == doctest::Approx(0.45));
  CHECK(learning_rate(schedule, after(9)) == 0.5);

  schedule.schedule = Schedule::inverse_square_root;
  CHECK(learning_rate(schedule, after(9)) == 0.5);
  CHECK(learning_rate(schedule, after(39)) == doctest::Approx(0.25));
  schedule.warmup = 0;
  CHECK(learning_rate(schedule, after(0)) == 0.5);
  CHECK(learning_rate(schedule, after(3)) == doctest::Approx(0.25));

  schedule.schedule = Schedule::exponential;
  schedule.decay = 0.1;
  CHECK(learning_rate(schedule, after(100, 0)) == 0.5);
  CHECK(learning_rate(schedule, after(100, 2)) == doctest::Approx(0.005));
}

TEST_CASE("plateau cuts the learning rate when more epochs than its patience were no better") {
  LearningRateSchedule schedule;
  schedule.learning_rate = 1.0;
  schedule.schedule = Schedule::plateau;
  schedule.decay = 0.5;
  schedule.plateau_patience = 1;
  TrainingState state;
  const auto rate_after = [&](bool better) {
    measured(schedule, state, better);
    return learning_rate(schedule, state);
  };
  CHECK(rate_after(true) == 1.0);
  CHECK(rate_after(false) == 1.0);
  CHECK(rate_after(true) == 1.0);
  CHECK(rate_after(false) == 1.0);
  CHECK(rate_after(false) == 0.5);
  CHECK(rate_after(false) == 0.5);
  CHECK(rate_after(false) == 0.25);
  schedule.schedule = Schedule::constant;
  CHECK(rate_after(false) == 1.0);
  CHECK(state.cuts == 2);
}

TEST_CASE("the average of the weights begins as the first ones and grows old to its decay") {
  CHECK(average_weight(0.99, 1) == 1.0);
  CHECK(average_weight(0.99, 10) == doctest::Approx(0.5));
  CHECK(average_weight(0.99, 100'000) == doctest::Approx(0.01));
}

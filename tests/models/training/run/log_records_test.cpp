#include "models/training/run/log_records.h"

#include <doctest/doctest.h>

using namespace weft;

TEST_CASE("the records of a log are objects of one line") {
  StepReport step{.epoch = 2,
                  .batch = 10,
                  .batches = 40,
                  .loss = 1.5,
                  .gradient_norm = 0.25,
                  .learning_rate = 0.125,
                  .tokens = 64,
                  .updated = true};
  CHECK(batch_record(step, 50, 1000.5, 3.5).dump() ==
        R"({"event":"batch","step":50,"epoch":2,"batch":10,"batches":40,"loss":1.5,"gradient_norm":0.25,)"
        R"("learning_rate":0.125,"tokens_per_second":1000.5,"seconds":3.5})");
  step.gradient_norm.reset();
  CHECK(batch_record(step, 50, 1000.5, 3.5).dump().find(R"("gradient_norm":null,)") != std::string::npos);
  const EpochReport epoch{.epoch = 2, .loss = 1.25, .tokens = 640, .seconds = 4, .learning_rate = 0.5};
  CHECK(epoch_record(epoch, 80).dump() ==
        R"({"event":"epoch","step":80,"epoch":2,"loss":1.25,"learning_rate":0.5,"tokens_per_second":160.0,)"
        R"("epoch_seconds":4.0})");
  const TrainingState state{.step = 7, .epoch = 1};
  CHECK(diverged_record(state, "the loss is nan", 2.5).dump() ==
        R"({"event":"diverged","step":8,"epoch":2,"message":"the loss is nan","seconds":2.5})");
}

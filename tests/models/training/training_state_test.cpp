#include "models/training/training_state.h"

#include <doctest/doctest.h>

using namespace weft;

TEST_CASE("patience counts the epochs since the best one") {
  TrainingState state;
  state.epoch = 4;
  CHECK(best_measure(state, "valid_loss") == 0);
  set_best(state, {{"valid_loss", 1.5}});
  CHECK(best_measure(state, "valid_loss") == 1.5);
  CHECK(best_measure(state, "accuracy") == 0);
  CHECK(state.best_epoch == 4);
  CHECK_FALSE(out_of_patience(state, 1));
  state.epoch = 6;
  CHECK(out_of_patience(state, 1));
  CHECK(out_of_patience(state, 2));
  CHECK_FALSE(out_of_patience(state, 3));
  CHECK_FALSE(out_of_patience(state, 0));
}

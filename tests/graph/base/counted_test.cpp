#include "graph/base/counted.h"

#include <doctest/doctest.h>

using namespace weft;

TEST_CASE("one thing stands in the singular, any other number of them in the plural") {
  CHECK(counted(0, "line") == "0 lines");
  CHECK(counted(1, "line") == "1 line");
  CHECK(counted(2, "line") == "2 lines");
  CHECK(counted(21, "line") == "21 lines");
  CHECK(counted(1, "batch", "batches") == "1 batch");
  CHECK(counted(3, "batch", "batches") == "3 batches");
}

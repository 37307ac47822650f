#include "tools/inspect/training_page.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/temporary_folder.h"

using namespace weft;
using namespace weft::test;

TEST_CASE("the page of a training has what its log says, as text, and what its program adds") {
  const TemporaryFolder folder;
  std::string log;
  for (int step = 10; step <= 60'000; step += 10)
    log += fmt::format(R"({{"event":"batch","step":{},"epoch":1,"batch":{},"batches":60000,"loss":{}}})"
                       "\n",
                       step, step, step % 20 == 0 ? 1.0 : 2.0);
  log += R"({"event":"epoch","step":60000,"epoch":1,"loss":1.5,"valid_loss":1.25,"valid_accuracy":0.5,"best":true})"
         "\n{\"event\":";
  folder.write("log.jsonl", log);
  const std::string page = inspect::training_page(folder.path, {{"epochs_wanted", 3}});
  CHECK(contains(page, R"("records_per_point":2)"));  // 6,000 records, of which each point is the mean of two
  CHECK(contains(page, R"("loss":[1.5,1.5,)"));
  CHECK(contains(page, R"("best":true,"valid_accuracy":0.5,"valid_loss":1.25)"));
  CHECK(contains(page, R"("unreadable_lines":1)"));
  CHECK(contains(page, R"("training":false)"));
  CHECK(contains(page, R"("epochs_wanted":3)"));

  folder.write("log.jsonl", R"({"event":"diverged","message":"</script><script>alert(1)</script>"})");
  CHECK_FALSE(contains(inspect::training_page(folder.path), "<script>alert"));
}

TEST_CASE("a folder without a log has a page of nothing") {
  const TemporaryFolder folder;
  CHECK(contains(inspect::training_page(folder.path), R"("epochs":[])"));
}

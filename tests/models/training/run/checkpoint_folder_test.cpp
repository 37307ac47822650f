#include "models/training/run/checkpoint_folder.h"

#include <doctest/doctest.h>

#include "models/training/run/run_files.h"
#include "tests/temporary_folder.h"

using namespace weft;
using namespace weft::test;
namespace fs = std::filesystem;

namespace {

Checkpoint checkpoint_after(std::int64_t step) {
  Checkpoint result;
  result.variables["kernel"] = Tensor::scalar<float>(static_cast<float>(step));
  result.state.step = step;
  return result;
}

}  // namespace

TEST_CASE("the newest checkpoints stay, with the best one and the one that `latest` names") {
  const TemporaryFolder folder;
  const CheckpointFolder checkpoints(folder.path);
  for (const std::int64_t step : {2, 4, 8, 16, 100}) checkpoints.save(checkpoint_after(step), step == 4, 2);
  CHECK(checkpoints.names() == std::vector<std::string>{"checkpoint-4", "checkpoint-16", "checkpoint-100"});
  CHECK(checkpoints.resolve("latest") == "checkpoint-100");
  CHECK(checkpoints.resolve("best") == "checkpoint-4");
  CHECK(checkpoints.load("best").state.step == 4);
  checkpoints.save(checkpoint_after(5), false, 2);  // its steps have started again
  CHECK(checkpoints.resolve("latest") == "checkpoint-5");
}

TEST_CASE("an average is no step, but has its name") {
  const TemporaryFolder folder;
  const CheckpointFolder checkpoints(folder.path, {.provenance = {{"trained.units", "3"}}},
                                     {.train = "train it", .average = "average them"});
  CHECK(message_of([&] { checkpoints.resolve("averaged"); }) ==
        fmt::format("the run directory '{}' holds no checkpoint; train it", folder.path.string()));
  checkpoints.save(checkpoint_after(1), false, 1);
  CHECK(contains(message_of([&] { checkpoints.resolve("averaged"); }), "has no average of checkpoints; average them"));
  checkpoints.save_average(checkpoint_after(7));
  CHECK(checkpoints.names().size() == 1);
  CHECK(checkpoints.load("averaged.safetensors").state.step == 7);
  CHECK(contains(message_of([&] { checkpoints.resolve("checkpoint-9"); }),
                 "there are: latest, best, checkpoint-1, averaged"));
}

TEST_CASE("what a checkpoint was trained with is compared when it is loaded") {
  const TemporaryFolder folder;
  CheckpointFolder(folder.path, {.provenance = {{"trained.units", "3"}}}).save(checkpoint_after(1), true);
  Metadata told;
  const CheckpointFolder other(folder.path, {.check_provenance = [&](const Metadata& trained) {
                                 told = trained;
                                 fail("it was trained with others");
                               }});
  CHECK(message_of([&] { other.load("best"); }) ==
        (folder / "checkpoint-1.safetensors").string() + ": it was trained with others");
  CHECK(told == Metadata{{"trained.units", "3"}});
}

TEST_CASE("a damaged checkpoint is told with those that may be whole") {
  const TemporaryFolder folder;
  const CheckpointFolder checkpoints(folder.path);
  checkpoints.save(checkpoint_after(1), false, 3);
  folder.write("checkpoint-1.safetensors", "half");
  CHECK(message_of([&] { checkpoints.load("latest"); }).ends_with("there is no other checkpoint, so train again"));
  checkpoints.save(checkpoint_after(2), false, 3);
  CHECK(message_of([&] { checkpoints.load("checkpoint-1"); }).ends_with("use another checkpoint: checkpoint-2"));
}

TEST_CASE("names that point to nothing are told") {
  const TemporaryFolder folder;
  const CheckpointFolder checkpoints(folder.path);
  checkpoints.save(checkpoint_after(1), false, 3);
  CHECK(contains(message_of([&] { checkpoints.load("best"); }), "best' is missing; name a checkpoint: checkpoint-1"));
  folder.write("best", "checkpoint-9\n");
  CHECK(contains(message_of([&] { checkpoints.load("best"); }), "names \"checkpoint-9\", which is not there"));
  CHECK(contains(message_of([&] { checkpoints.load("../checkpoint-1"); }), "no checkpoint \"../checkpoint-1\""));
}

TEST_CASE("what a killed writer left is cleared away, and nothing else") {
  const TemporaryFolder folder;
  const CheckpointFolder checkpoints(folder.path);
  for (const char* name : {"checkpoint-7.safetensors.tmp-99-0", "latest.tmp-1-2", "notes.tmp-1", "kernel.safetensors"})
    folder.write(name, "half");
  CHECK(checkpoints.names().empty());
  checkpoints.save(checkpoint_after(8), true, 1);
  CHECK_FALSE(fs::exists(folder / "checkpoint-7.safetensors.tmp-99-0"));
  CHECK_FALSE(fs::exists(folder / "latest.tmp-1-2"));
  CHECK(fs::exists(folder / "notes.tmp-1"));
  CHECK(fs::exists(folder / "kernel.safetensors"));
}

TEST_CASE("a save that fails leaves the names at the checkpoint before") {
  const TemporaryFolder folder;
  const CheckpointFolder checkpoints(folder.path);
  checkpoints.save(checkpoint_after(1), true, 3);
  fs::create_directory(folder / "checkpoint-2.safetensors");  // in the way of the next one
  CHECK_THROWS_AS(checkpoints.save(checkpoint_after(2), true, 3), Error);
  CHECK(checkpoints.load("latest").state.step == 1);
  CHECK(checkpoints.resolve("best") == "checkpoint-1");
}

TEST_CASE("names are written before the first checkpoint: a run that is killed between them begins anew") {
  const TemporaryFolder folder;
  const CheckpointFolder checkpoints(folder.path);
  fs::create_directory(folder / "latest");  // in the way of the name
  CHECK_THROWS_AS(checkpoints.save(checkpoint_after(1), false), Error);
  CHECK(checkpoints.names().empty());
  fs::remove(folder / "latest");
  folder.write("latest", "checkpoint-1\n");  // as one that was killed leaves them
  folder.write("best", "checkpoint-1\n");
  checkpoints.save(checkpoint_after(3), false);
  CHECK(checkpoints.resolve("latest") == "checkpoint-3");
  CHECK_FALSE(fs::exists(folder / "best"));
}

#include "models/training/run/training_log.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace weft;

namespace {

std::string batch(int step, int epoch, double loss) {
  return fmt::format(
      R"({{"event":"batch","step":{},"epoch":{},"batch":{},"batches":20,"loss":{},"gradient_norm":2.5,"learning_rate":0.001,"tokens_per_second":100.5,"seconds":1}})"
      "\n",
      step, epoch, step - 20 * (epoch - 1), loss);
}

std::string epoch(int step, int number, double bleu) {
  return fmt::format(
      R"({{"event":"epoch","step":{},"epoch":{},"loss":1.5,"valid_loss":1.25,"valid_bleu":{},"best":true}})"
      "\n",
      step, number, bleu);
}

}  // namespace

TEST_CASE("a log is read back") {
  const TrainingLog log = parse_training_log(batch(10, 1, 4) + batch(20, 1, 3) + epoch(20, 1, 30) + batch(30, 2, 2));
  REQUIRE(log.batches.size() == 3);
  CHECK(log.batches[2].step == 30);
  CHECK(log.batches[2].batch == 10);
  CHECK(log.batches[2].batches == 20);
  CHECK(log.batches[2].loss == 2.0);
  CHECK(log.batches[2].gradient_norm == 2.5);
  REQUIRE(log.epochs.size() == 1);
  CHECK(log.epochs[0].valid == Measures{{"valid_bleu", 30}, {"valid_loss", 1.25}});
  CHECK(log.epochs[0].best);
  CHECK(log.unreadable == 0);
  CHECK_FALSE(log.diverged);
}

TEST_CASE("a log of a training that was killed and resumed: what was done anew takes the place of what it was") {
  const std::string text = batch(10, 1, 4) + batch(20, 1, 3) + epoch(20, 1, 30) + batch(30, 2, 9) + batch(40, 2, 9) +
                           epoch(40, 2, 99) + batch(30, 2, 2) + batch(40, 2, 1);
  const TrainingLog log = parse_training_log(text);
  REQUIRE(log.batches.size() == 4);
  CHECK(log.batches[2].loss == 2.0);
  CHECK(log.batches[3].loss == 1.0);
  CHECK(log.epochs.size() == 1);
  CHECK(parse_training_log(text + epoch(40, 2, 40)).epochs.at(1).valid.at("valid_bleu") == 40.0);
}

TEST_CASE("a line that is being written, torn or nonsense is left out and counted") {
  const std::string whole = batch(10, 1, 4);
  for (std::size_t size = 1; size + 1 < whole.size(); ++size) {
    const TrainingLog log = parse_training_log(whole + whole.substr(0, size));
    CHECK(log.batches.size() == 1);
    CHECK(log.unreadable == 1);
  }
  CHECK(parse_training_log("").unreadable == 0);
  CHECK(parse_training_log("\n\n").unreadable == 0);
  for (const char* line :
       {"[1]", "null", "\xff\xfe", R"({"event":"batch","step":-1,"epoch":1})", R"({"event":"epoch"})"})
    CHECK(parse_training_log(line).unreadable == 1);
  for (const std::string& deep :
       {std::string(100'000, '['), R"({"event":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}"})
    CHECK(parse_training_log(deep).unreadable == 1);
  CHECK(parse_training_log(R"({"event":"batch","step":5,"epoch":1,"loss":1e999})").unreadable == 1);
  const TrainingLog odd = parse_training_log(R"({"event":"batch","step":1e300,"epoch":1})"
                                             "\n"
                                             R"({"event":"batch","step":5,"epoch":1,"loss":"x","batch":null})");
  CHECK(odd.unreadable == 1);
  REQUIRE(odd.batches.size() == 1);
  CHECK_FALSE(odd.batches[0].loss);
}

TEST_CASE("a log tells that training diverged, until it goes on") {
  const std::string diverged = R"({"event":"diverged","step":21,"epoch":2,"message":"the loss is nan"})"
                               "\n";
  CHECK(parse_training_log(batch(20, 1, 3) + diverged).diverged == "the loss is nan");
  CHECK_FALSE(parse_training_log(batch(20, 1, 3) + diverged + batch(30, 2, 3)).diverged);
}

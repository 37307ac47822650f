#include "models/nmt/training/sample_log.h"

#include <doctest/doctest.h>

using namespace weft::nmt;

namespace {

const std::string sample_line =
    R"({"epoch":1,"step":20,"samples":[{"source":"Je.","reference":"I.","translation":"i","source_words":["je","."],)"
    R"("target_words":["i"],"weights":[[0.75,0.25]]}]})";

}  // namespace

TEST_CASE("samples are read back; what has not the form of one is left out") {
  const SampleLog log = parse_samples(sample_line + "\n" + sample_line.substr(0, 40));
  REQUIRE(log.epochs.size() == 1);
  CHECK(log.unreadable == 1);
  const SampleTranslation& sample = log.epochs[0].samples.at(0);
  CHECK(sample.source == "Je.");
  CHECK(sample.target_words == std::vector<std::string>{"i"});
  CHECK(sample.weights == std::vector<std::vector<double>>{{0.75, 0.25}});

  const auto with = [](std::string_view from, std::string_view to) {
    std::string text = sample_line;
    text.replace(text.find(from), from.size(), to);
    return parse_samples(text).unreadable;
  };
  CHECK(with("0.75", "0.75") == 0);
  for (const char* weight : {"1.5", "-0.1", "null", "\"x\"", "0.5,0.5", "[0.75]"}) CHECK(with("0.75", weight) == 1);
  CHECK(with("[[0.75,0.25]]", "[[0.75,0.25],[0.75,0.25]]") == 1);
  CHECK(with("[[0.75,0.25]]", "[[]]") == 1);
  CHECK(with("[[0.75,0.25]]", "[]") == 0);  // a model without attention
  CHECK(with("[\"je\",\".\"]", "[]") == 1);
  CHECK(with("\"je\"", "7") == 1);
  CHECK(with("\"step\":20", "\"step\":0") == 1);
}

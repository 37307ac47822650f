#include "models/nmt/metrics/bootstrap.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "graph/base/error.h"

using namespace weft;
using namespace weft::nmt;

namespace {

/// Sentences of one length, of which every n-th is wrong in all its words.
std::vector<BleuCounts> counts(std::size_t sentences, std::size_t every) {
  std::vector<std::string> hypotheses;
  std::vector<std::vector<std::string>> references;
  for (std::size_t i = 0; i < sentences; ++i) {
    hypotheses.push_back(i % every == 0 ? "v w x y z" : "a b c d e");
    references.push_back({"a b c d e"});
  }
  return bleu_counts(hypotheses, references);
}

}  // namespace

TEST_CASE("the sum of the sentences' counts is the corpus's") {
  BleuCounts sum;
  for (const BleuCounts& sentence : counts(10, 5)) sum += sentence;
  CHECK(sum.matches[0] == 40);
  CHECK(sum.total[3] == 20);
  CHECK(sum.hypothesis_length == 50);
  CHECK(bleu_of(sum).score == doctest::Approx(80));
}

// Each precision is the share of right sentences, so BLEU is 100 times a binomial share p of n: its standard deviation
// is 100 sqrt(p (1 - p) / n), and 95 % lie within 1.96 of them.
TEST_CASE("the interval is as wide as it must be for a binomial share") {
  for (const std::size_t sentences : {400UL, 1600UL}) {
    CAPTURE(sentences);
    const Interval interval = bootstrap_bleu(counts(sentences, 4), 4000, 1);
    const double expected = 1.96 * 100 * std::sqrt(0.75 * 0.25 / static_cast<double>(sentences));
    CHECK(75 - interval.low == doctest::Approx(expected).epsilon(0.1));
    CHECK(interval.high - 75 == doctest::Approx(expected).epsilon(0.1));
  }
}

TEST_CASE("equal seeds give equal intervals") {
  const std::vector<BleuCounts> sentences = counts(100, 3);
  const Interval first = bootstrap_bleu(sentences, 200, 1);
  CHECK(first.low == bootstrap_bleu(sentences, 200, 1).low);
  CHECK(first.high == bootstrap_bleu(sentences, 200, 1).high);
  CHECK((first.low != bootstrap_bleu(sentences, 200, 2).low || first.high != bootstrap_bleu(sentences, 200, 2).high));
}

TEST_CASE("one sample, and none") {
  const std::vector<BleuCounts> sentences = counts(10, 3);
  const Interval one = bootstrap_bleu(sentences, 1, 1);
  CHECK(one.low == one.high);
  CHECK_THROWS_WITH_AS(bootstrap_bleu(sentences, 0, 1), doctest::Contains("no samples"), Error);
  CHECK_THROWS_WITH_AS(bootstrap_bleu({}, 10, 1), doctest::Contains("no sentences"), Error);
}

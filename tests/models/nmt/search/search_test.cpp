#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <set>

#include "models/nmt/search/beam_search.h"
#include "models/nmt/search/ensemble.h"
#include "models/nmt/search/forced_decoding.h"
#include "models/nmt/search/sampling.h"
#include "tests/models/nmt/search/table_decoder.h"

using namespace weft;
using namespace weft::nmt;

namespace {

constexpr std::int32_t end = 2;
using Tokens = TableDecoder::Tokens;
using Searches = std::vector<std::unique_ptr<SentenceSearch>>;

SearchLimits limits(std::int64_t max_tokens) { return {.start_token = 1, .end_token = end, .max_tokens = max_tokens}; }

/// The hypotheses of sentences 0, 1, ..., where `make` makes the search for one.
std::vector<std::vector<Hypothesis>> search(StepDecoder& decoder, std::size_t sentences, std::size_t max_open,
                                            const std::function<std::unique_ptr<SentenceSearch>(std::size_t)>& make) {
  Searches searches;
  for (std::size_t sentence = 0; sentence < sentences; ++sentence) searches.push_back(make(sentence));
  std::size_t done = 0;
  run_searches(decoder, searches, max_open, [&](std::size_t more) { done += more; });
  CHECK(done == sentences);
  std::vector<std::vector<Hypothesis>> found;
  for (const auto& each : searches) found.push_back(each->hypotheses());
  return found;
}

std::vector<std::vector<Hypothesis>> beam(StepDecoder& decoder, std::size_t sentences, std::int64_t max_tokens,
                                          const BeamOptions& options, std::size_t max_open = 64) {
  return search(decoder, sentences, max_open, [&](std::size_t) { return beam_search(limits(max_tokens), options); });
}

/// A translation, its probability and its score, reckoned without a search.
struct Scored {
  Tokens tokens;
  double log_probability;
  double score;
};

/// Every translation of at most `max_tokens` words that reaches <end>, the best first.
std::vector<Scored> enumerate(const TableDecoder& decoder, std::size_t sentence, std::size_t vocabulary,
                              std::size_t max_tokens, const ScoreOptions& options) {
  std::vector<Scored> all;
  const std::function<void(Tokens, double, std::vector<double>)> extend = [&](Tokens prefix, double log_probability,
                                                                              std::vector<double> coverage) {
    const TableDecoder::Said said = decoder.after(sentence, prefix);
    for (std::size_t i = 0; i < coverage.size(); ++i) coverage[i] += static_cast<double>(said.attention[i]);
    for (std::size_t token = 0; token < vocabulary; ++token) {
      Tokens longer = prefix;
      longer.push_back(static_cast<std::int32_t>(token));
      const double sum = log_probability + static_cast<double>(said.log_probabilities[token]);
      if (longer.back() == end) {
        // Equation 14 of the paper, written down once more.
        double score = sum / (std::pow(5.0 + static_cast<double>(longer.size() - 1), options.length_penalty) /
                              std::pow(6.0, options.length_penalty));
        for (std::size_t i = 1; i + 1 < coverage.size(); ++i)
          score += options.coverage_penalty * std::log(std::min(1.0, coverage[i]));
        all.push_back({Tokens(longer.begin() + 1, longer.end()), sum, score});
      } else if (longer.size() <= max_tokens + 1) {
        extend(longer, sum, coverage);
      }
    }
  };
  extend({1}, 0, std::vector<double>(5, 0));
  std::ranges::stable_sort(all, std::greater(), &Scored::score);
  return all;
}

/// Greedy search, written down once more: the first of the best tokens, until <end>.
Hypothesis greedy(const TableDecoder& decoder, std::size_t sentence, std::size_t max_tokens) {
  Hypothesis hypothesis;
  for (Tokens prefix{1}; !hypothesis.ended; prefix.push_back(hypothesis.tokens.back())) {
    const TableDecoder::Said said = decoder.after(sentence, prefix);
    const auto best = std::ranges::max_element(said.order) - said.order.begin();
    hypothesis.ended = best == end;
    if (!hypothesis.ended && hypothesis.tokens.size() == max_tokens) break;
    append(hypothesis, static_cast<std::int32_t>(best), said.log_probabilities[static_cast<std::size_t>(best)],
           said.attention);
  }
  return hypothesis;
}

bool same_hypothesis(const Hypothesis& a, const Hypothesis& b) {
  return a.tokens == b.tokens && a.log_probabilities == b.log_probabilities && a.attention == b.attention &&
         a.ended == b.ended && a.log_probability == b.log_probability;
}

}  // namespace

TEST_CASE("a beam as wide as the space finds the best translation of all, and the n best in order") {
  // 5 tokens, of which 4 go on: at most 4^4 * 5 = 1280 continuations compete.
  const std::size_t vocabulary = 5;
  for (const ScoreOptions& options : {ScoreOptions{0, 0}, ScoreOptions{0.6, 0}, ScoreOptions{1.5, 0},
                                      ScoreOptions{0, 0.3}, ScoreOptions{1, 0.2}, ScoreOptions{3, 1}}) {
    CAPTURE(options.length_penalty);
    CAPTURE(options.coverage_penalty);
    TableDecoder decoder(vocabulary);
    const auto found = beam(decoder, 20, 4, {.width = 1280, .n_best = 7, .score = options});
    for (std::size_t sentence = 0; sentence < found.size(); ++sentence) {
      CAPTURE(sentence);
      const std::vector<Scored> all = enumerate(decoder, sentence, vocabulary, 4, options);
      REQUIRE(all.size() == 1 + 4 + 16 + 64 + 256);
      REQUIRE(found[sentence].size() == 7);
      for (std::size_t rank = 0; rank < 7; ++rank) {
        CHECK(found[sentence][rank].tokens == all[rank].tokens);
        CHECK(found[sentence][rank].log_probability == doctest::Approx(all[rank].log_probability).epsilon(1e-12));
        CHECK(found[sentence][rank].score == doctest::Approx(all[rank].score).epsilon(1e-6));
      }
    }
  }
}

TEST_CASE("letting go of hopeless beginnings saves rows and changes no result") {
  TableDecoder one(5), all(5);
  const auto best = beam(one, 20, 4, {.width = 1280, .n_best = 1, .score = {0.6, 0.1}});
  // Nothing is hopeless while there are not 341 translations, which is all there are.
  const auto everything = beam(all, 20, 4, {.width = 1280, .n_best = 341, .score = {0.6, 0.1}});
  for (std::size_t sentence = 0; sentence < best.size(); ++sentence) {
    REQUIRE(everything[sentence].size() == 341);
    CHECK(same_hypothesis(best[sentence].front(), everything[sentence].front()));
  }
  CHECK(one.rows_run < all.rows_run / 2);
}

TEST_CASE("a beam of 1 is greedy search to the bit, also where the translation is cut") {
  for (const std::size_t max_tokens : {1UL, 2UL, 5UL, 40UL}) {
    CAPTURE(max_tokens);
    TableDecoder decoder(7);
    const auto found = beam(decoder, 200, static_cast<std::int64_t>(max_tokens), {});
    std::size_t cut = 0;
    for (std::size_t sentence = 0; sentence < found.size(); ++sentence) {
      REQUIRE(found[sentence].size() == 1);
      const Hypothesis expected = greedy(decoder, sentence, max_tokens);
      CHECK(same_hypothesis(found[sentence].front(), expected));
      cut += expected.ended ? 0U : 1U;
    }
    if (max_tokens < 40) CHECK(cut > 0);
  }
}

TEST_CASE("a wider beam finds better translations") {
  double before = -std::numeric_limits<double>::infinity();
  for (const std::int64_t width : {1, 3, 10, 100}) {
    TableDecoder decoder(6);
    double sum = 0;
    for (const auto& found : beam(decoder, 100, 8, {.width = width})) sum += found.front().log_probability;
    CHECK(sum > before);
    before = sum;
  }
}

TEST_CASE("searches and samples do not depend on what is searched beside them") {
  const auto found_with = [](bool sampled, std::size_t max_open) {
    TableDecoder decoder(9);
    auto found = search(decoder, 50, max_open, [&](std::size_t sentence) {
      return sampled ? sampling(limits(12), {.seed = 5}, {}, 3, sentence)
                     : beam_search(limits(12), {.width = 4, .n_best = 3, .score = {0.8, 0.1}});
    });
    CHECK(decoder.most_open == max_open);
    return found;
  };
  for (const bool sampled : {false, true}) {
    const auto together = found_with(sampled, 50);
    for (const std::size_t max_open : {1UL, 2UL, 7UL}) {
      const auto apart = found_with(sampled, max_open);
      for (std::size_t sentence = 0; sentence < 50; ++sentence) {
        REQUIRE(apart[sentence].size() == together[sentence].size());
        for (std::size_t i = 0; i < apart[sentence].size(); ++i)
          CHECK(same_hypothesis(apart[sentence][i], together[sentence][i]));
      }
    }
  }
}

TEST_CASE("what has reached <end> ranks before what was cut") {
  TableDecoder decoder(7);
  for (const auto& found : beam(decoder, 100, 3, {.width = 6, .n_best = 6, .score = {2, 0}})) {
    CHECK(std::ranges::is_sorted(found, [](const Hypothesis& a, const Hypothesis& b) {
      return a.ended != b.ended ? a.ended : a.score > b.score;
    }));
    for (const Hypothesis& hypothesis : found) {
      CHECK(hypothesis.ended == (hypothesis.tokens.back() == end));
      CHECK(hypothesis.tokens.size() <= (hypothesis.ended ? 4 : 3));
    }
  }
}

TEST_CASE("forced decoding gives what the search gave, to the bit") {
  TableDecoder decoder(9);
  const auto found = beam(decoder, 30, 12, {.width = 4, .score = {0.7, 0.2}});
  const auto forced = search(decoder, 30, 8, [&](std::size_t sentence) {
    return forced_decoding(limits(12), found[sentence].front().tokens, {0.7, 0.2});
  });
  for (std::size_t sentence = 0; sentence < 30; ++sentence) {
    CHECK(same_hypothesis(forced[sentence].front(), found[sentence].front()));
    CHECK(forced[sentence].front().score == found[sentence].front().score);
  }
}

TEST_CASE("samples come as often as their probabilities say") {
  const TableDecoder decoder(6, 5, 3);
  const TableDecoder::Said said = decoder.after(0, {1});
  const NextToken next{said.order, said.log_probabilities, said.attention};
  const std::size_t draws = 100'000;
  for (const double temperature : {0.5, 1.0, 3.0}) {
    for (const std::int64_t top_k : {0, 3}) {
      CAPTURE(temperature);
      CAPTURE(top_k);
      std::vector<double> expected(6, 0);
      std::vector<std::size_t> order{0, 1, 2, 3, 4, 5};
      std::ranges::sort(order, std::greater(), [&](std::size_t i) { return said.order[i]; });
      double sum = 0;
      for (std::size_t rank = 0; rank < (top_k == 0 ? 6U : 3U); ++rank) {
        const std::size_t i = order[rank];
        sum += expected[i] = std::pow(std::exp(static_cast<double>(said.log_probabilities[i])), 1 / temperature);
      }
      std::vector<std::size_t> counts(6, 0);
      const CounterRandom random(1, "draws");
      for (std::size_t i = 0; i < draws; ++i)
        ++counts[static_cast<std::size_t>(draw_token(next, {temperature, top_k, 1}, random.unit(i)))];
      for (std::size_t i = 0; i < 6; ++i) {
        const double share = expected[i] / sum;
        const double deviation = std::sqrt(share * (1 - share) * static_cast<double>(draws));
        CHECK(std::abs(static_cast<double>(counts[i]) - share * static_cast<double>(draws)) <= 4 * deviation);
      }
    }
  }
  // At its ends: the first token of any share, and the last.
  CHECK(draw_token(next, {1, 1, 1}, 0.999) == std::ranges::max_element(said.order) - said.order.begin());
  CHECK(draw_token(next, {1e-9, 0, 1}, 0.5) == std::ranges::max_element(said.order) - said.order.begin());
}

TEST_CASE("samples differ by seed, sentence and number, and one of the best token alone is greedy search") {
  const auto samples = [](std::uint64_t seed, std::int64_t top_k, std::uint64_t sentence) {
    TableDecoder decoder(9);
    return search(decoder, 2, 2, [&](std::size_t) { return sampling(limits(12), {1, top_k, seed}, {}, 20, sentence); });
  };
  const auto equal = [](std::span<const Hypothesis> a, std::span<const Hypothesis> b) {
    return std::ranges::equal(a, b, same_hypothesis);
  };
  const std::vector<Hypothesis> first = samples(1, 0, 7)[0];
  CHECK(equal(first, samples(1, 0, 7)[0]));
  CHECK_FALSE(equal(first, samples(2, 0, 7)[0]));
  CHECK_FALSE(equal(first, samples(1, 0, 8)[0]));
  std::set<Tokens> different;
  for (const Hypothesis& hypothesis : first) different.insert(hypothesis.tokens);
  CHECK(different.size() > 5);
  const auto best = samples(1, 1, 7);
  for (std::size_t sentence = 0; sentence < 2; ++sentence)
    for (const Hypothesis& hypothesis : best[sentence])
      CHECK(same_hypothesis(hypothesis, greedy(TableDecoder(9), sentence, 12)));
}

TEST_CASE("an ensemble takes the mean of the probabilities and of the attention") {
  std::vector<std::unique_ptr<StepDecoder>> members;
  const TableDecoder a(6, 5, 1), b(6, 5, 2), c(6, 5, 3);
  for (const TableDecoder* each : {&a, &b, &c}) members.push_back(std::make_unique<TableDecoder>(*each));
  const std::unique_ptr<StepDecoder> together = ensemble(std::move(members));
  const std::size_t sentences[] = {0, 1};
  together->open(sentences);
  const StepDecoder::Row rows[] = {{0, StepDecoder::no_parent, 1}, {1, StepDecoder::no_parent, 1}};
  together->step(rows);
  for (const std::size_t sentence : sentences) {
    const NextToken next = together->next(sentence);
    const TableDecoder::Said said[] = {a.after(sentence, {1}), b.after(sentence, {1}), c.after(sentence, {1})};
    for (std::size_t i = 0; i < 6; ++i) {
      double mean = 0;
      for (const auto& each : said) mean += std::exp(static_cast<double>(each.log_probabilities[i])) / 3;
      CHECK(next.log_probabilities[i] == doctest::Approx(std::log(mean)).epsilon(1e-6));
    }
    for (std::size_t i = 0; i < 5; ++i)
      CHECK(next.attention[i] ==
            doctest::Approx((said[0].attention[i] + said[1].attention[i] + said[2].attention[i]) / 3));
  }
  CHECK(beam(*together, 0, 5, {}).empty());
}

TEST_CASE("the best tokens, the first of equals first") {
  const std::vector<float> order{1, 3, 2, 3, 0, 3};
  CHECK(best_tokens(order, 1) == std::vector<std::int32_t>{1});
  CHECK(best_tokens(order, 4) == std::vector<std::int32_t>{1, 3, 5, 2});
  CHECK(best_tokens(order, 10) == std::vector<std::int32_t>{1, 3, 5, 2, 0, 4});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(best_tokens(std::vector<float>{nan, -1, nan}, 2) == std::vector<std::int32_t>{1});
  CHECK_THROWS_WITH_AS(best_tokens(std::vector<float>{nan, nan}, 1), doctest::Contains("NaN"), Error);
}

TEST_CASE("scores by hand") {
  const std::vector<float> coverage{9, 0.5F, 2, 0, 9};  // <start> and <end> do not count
  CHECK(hypothesis_score(-3, 7, coverage, {0, 0}) == -3);
  CHECK(hypothesis_score(-3, 7, coverage, {1, 0}) == doctest::Approx(-1.5));
  CHECK(hypothesis_score(-3, 7, coverage, {1, 0.5}) ==
        doctest::Approx(-1.5 + 0.5 * (std::log(0.5) + std::log(1.0) + std::log(least_coverage))));
  CHECK_THROWS_WITH_AS(hypothesis_score(-3, 7, {}, {0, 0.5}), doctest::Contains("needs attention"), Error);
}

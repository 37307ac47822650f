#include "models/nmt/data/split.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "models/nmt/data/random.h"
#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;
using Indices = std::vector<std::size_t>;
using Sentences = std::vector<std::string>;

namespace {

/// The pairs of a part.
Indices of(const Split& split, Part part) {
  Indices indices;
  for (std::size_t i = 0; i < split.size(); ++i)
    if (split[i] == part) indices.push_back(i);
  return indices;
}

Indices first(std::size_t count) {
  Indices indices(count);
  for (std::size_t i = 0; i < count; ++i) indices[i] = i;
  return indices;
}

/// Of sentences, each of which is a checksum of its own.
Split split_leak_free(const Sentences& sources, const Sentences& targets, const SplitFractions& fractions,
                      std::uint64_t seed) {
  std::map<std::string, std::uint64_t> known;
  const auto checksums = [&](const Sentences& sentences) {
    std::vector<std::uint64_t> numbers;
    for (const std::string& sentence : sentences)
      numbers.push_back(known.emplace(sentence, known.size()).first->second);
    return numbers;
  };
  return weft::nmt::split_leak_free(checksums(sources), checksums(targets), fractions, seed);
}

/// Sentences of which many occur several times, on both sides.
struct Tangle {
  Sentences sources, targets;
  explicit Tangle(std::size_t pairs) {
    Random random(5);
    for (std::size_t i = 0; i < pairs; ++i) {
      sources.push_back(fmt::format("s{}", random.below(pairs)));
      targets.push_back(fmt::format("t{}", i / 2));
    }
  }
};

}  // namespace

TEST_CASE("random numbers are the same everywhere") {
  // std::mt19937_64 and std::seed_seq are laid down by the standard; the order of the eight numbers below was computed
  // by an independent implementation of both.
  Random random(1, 2);
  Random same(1, 2), other_stream(1, 3), other_seed(2, 2);
  const std::uint64_t bound = std::uint64_t{1} << 62;
  const std::uint64_t value = random.below(bound);
  CHECK(value == same.below(bound));
  CHECK(value != other_stream.below(bound));
  CHECK(value != other_seed.below(bound));
  Indices order = first(8);
  Random(7).shuffle(order);
  CHECK(order == Indices{2, 0, 5, 4, 1, 7, 6, 3});
}

TEST_CASE("random numbers below a bound are uniform") {
  Random random(3);
  std::array<int, 6> seen{};
  for (int i = 0; i < 60'000; ++i) ++seen.at(static_cast<std::size_t>(random.below(6)));
  for (const int count : seen) CHECK(std::abs(count - 10'000) < 500);  // 5 standard deviations
  CHECK(random.below(1) == 0);
}

TEST_CASE("a shuffle makes every order") {
  Random random(4);
  std::map<Indices, int> seen;
  for (int i = 0; i < 6'000; ++i) {
    Indices order = first(3);
    random.shuffle(order);
    ++seen[order];
  }
  CHECK(seen.size() == 6);
  for (const auto& [order, count] : seen) CHECK(std::abs(count - 1'000) < 150);  // 5 standard deviations
}

TEST_CASE("a random split has the sizes asked for, and every pair once") {
  const Split split = split_random(1'000, {.valid = 0.2, .test = 0.05}, 1);
  CHECK(split.size() == 1'000);
  CHECK(of(split, Part::valid).size() == 200);
  CHECK(of(split, Part::test).size() == 50);
  CHECK(split == split_random(1'000, {.valid = 0.2, .test = 0.05}, 1));
  CHECK(split != split_random(1'000, {.valid = 0.2, .test = 0.05}, 2));
  CHECK(of(split_random(10, {.valid = 0, .test = 0}, 1), Part::train) == first(10));
}

TEST_CASE("a leak-free split keeps pairs that share a sentence together") {
  const Tangle tangle(2'000);
  const Split split = split_leak_free(tangle.sources, tangle.targets, {.valid = 0.1, .test = 0.1}, 1);
  REQUIRE(split.size() == 2'000);
  std::map<std::string, Part> part_of;
  for (std::size_t i = 0; i < split.size(); ++i) {
    for (const std::string& sentence : {tangle.sources[i], tangle.targets[i]})
      CHECK(part_of.emplace(sentence, split[i]).first->second == split[i]);
  }
  CHECK(of(split, Part::test).size() > 100);
  CHECK(split == split_leak_free(tangle.sources, tangle.targets, {.valid = 0.1, .test = 0.1}, 1));
}

TEST_CASE("groups are joined through other pairs") {
  // 0 and 1 share a target, 1 and 2 a source, so the three are one group; 3 and 4 stand alone. "a" as a source and "a"
  // as a target are two sentences.
  const Sentences sources{"a", "b", "b", "c", "d"}, targets{"x", "x", "y", "a", "z"};
  bool alone_in_test = false;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Split split = split_leak_free(sources, targets, {.valid = 0, .test = 0.2}, seed);
    const Indices test = of(split, Part::test);
    REQUIRE(test.size() == 1);
    CHECK(test[0] >= 3);
    alone_in_test = alone_in_test || test[0] == 3;
  }
  CHECK(alone_in_test);
}

TEST_CASE("a leak-free split of single pairs fills valid and test") {
  Sentences sources, targets;
  for (int i = 0; i < 100; ++i) {
    sources.push_back(fmt::format("s{}", i));
    targets.push_back(fmt::format("t{}", i));
  }
  const Split split = split_leak_free(sources, targets, {.valid = 0.2, .test = 0.1}, 9);
  CHECK(of(split, Part::train).size() == 70);
  CHECK(of(split, Part::valid).size() == 20);
  CHECK(of(split, Part::test).size() == 10);
}

TEST_CASE("one group is all trained on") {
  const Split split = split_leak_free(Sentences{"a", "a", "a", "b"}, Sentences{"x", "y", "z", "z"}, {0.25, 0.25}, 1);
  CHECK(of(split, Part::train) == first(4));
}

TEST_CASE("splits that cannot be made are refused") {
  CHECK(contains(message_of([] { split_random(0, {}, 1); }), "no pairs"));
  CHECK(contains(message_of([] { split_random(10, {.valid = -0.1, .test = 0.1}, 1); }), "must not be negative"));
  CHECK(contains(message_of([] { split_random(10, {.valid = 0.5, .test = 0.5}, 1); }), "leave some"));
  CHECK(contains(message_of([] { split_random(10, {.valid = std::nan(""), .test = 0}, 1); }), "must not be negative"));
  CHECK(contains(message_of([] { split_random(1, {.valid = 0.6, .test = 0}, 1); }), "none is left to train on"));
  CHECK(contains(message_of([] { split_leak_free(Sentences{"a"}, Sentences{}, {}, 1); }), "not pairs"));
}

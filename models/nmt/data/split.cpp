#include "models/nmt/data/split.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "graph/base/error.h"
#include "models/nmt/data/random.h"

namespace weft::nmt {
namespace {

/// A pair's place in the corpus: of half the size that any other index has, as there are as many as pairs.
using Place = std::uint32_t;

/// The number of pairs that valid and test are to get.
struct Quotas {
  std::size_t valid, test;
};

Quotas quotas(std::size_t pairs, const SplitFractions& fractions) {
  require(pairs > 0, "there are no pairs to split");
  require(pairs <= std::numeric_limits<Place>::max(), "{} pairs are too many to split, the limit is {}", pairs,
          std::numeric_limits<Place>::max());
  require(
      fractions.valid >= 0 && fractions.test >= 0 && fractions.valid + fractions.test < 1,
      "cannot split into {} for validation and {} for test: fractions must not be negative, and must leave some of 1 "
      "to train on",
      fractions.valid, fractions.test);
  const auto share = [pairs](double fraction) {
    return static_cast<std::size_t>(std::llround(fraction * static_cast<double>(pairs)));
  };
  const Quotas result{.valid = share(fractions.valid), .test = share(fractions.test)};
  require(result.valid + result.test < pairs,
          "cannot split {} pairs into {} for validation and {} for test: none is left to train on", pairs, result.valid,
          result.test);
  return result;
}

/// Disjoint sets of pairs, with path halving; the root of a set is its first pair.
class DisjointSets {
 public:
  explicit DisjointSets(std::size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), Place{0}); }

  Place find(Place i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }

  void unite(Place a, Place b) {
    a = find(a);
    b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<Place> parent_;
};

/// Puts the pairs whose sentences have the same checksum into one set.
void unite_equal(std::span<const std::uint64_t> sentences, DisjointSets& sets) {
  std::vector<Place> order(sentences.size());
  std::iota(order.begin(), order.end(), Place{0});
  std::ranges::sort(order, {}, [&](Place pair) { return sentences[pair]; });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (sentences[order[i - 1]] == sentences[order[i]]) sets.unite(order[i - 1], order[i]);
}

/// Deals whole sets out to the parts, in random order.
Split deal(DisjointSets& sets, std::size_t pairs, Quotas quotas, std::uint64_t seed) {
  std::vector<Place> sizes(pairs);  // of each set, at its root
  for (Place pair = 0; pair < pairs; ++pair) ++sizes[sets.find(pair)];
  std::vector<Place> roots;
  for (Place pair = 0; pair < pairs; ++pair)
    if (sizes[pair] > 0) roots.push_back(pair);
  Random(seed).shuffle(roots);

  Split split(pairs, Part::train);  // of the roots, then of all
  Quotas left = quotas;
  for (const Place root : roots) {
    const auto take = [&](Part part, std::size_t& room) {
      if (sizes[root] > room) return false;
      room -= sizes[root];
      split[root] = part;
      return true;
    };
    if (!take(Part::test, left.test)) take(Part::valid, left.valid);
  }
  for (Place pair = 0; pair < pairs; ++pair) split[pair] = split[sets.find(pair)];
  return split;
}

}  // namespace

Split split_random(std::size_t pairs, const SplitFractions& fractions, std::uint64_t seed) {
  const Quotas parts = quotas(pairs, fractions);
  DisjointSets single_pairs(pairs);
  return deal(single_pairs, pairs, parts, seed);
}

Split split_leak_free(std::span<const std::uint64_t> sources, std::span<const std::uint64_t> targets,
                      const SplitFractions& fractions, std::uint64_t seed) {
  require(sources.size() == targets.size(), "cannot split {} source sentences and {} target sentences: not pairs",
          sources.size(), targets.size());
  const Quotas parts = quotas(sources.size(), fractions);
  DisjointSets sets(sources.size());
  unite_equal(sources, sets);
  unite_equal(targets, sets);
  return deal(sets, sources.size(), parts, seed);
}

}  // namespace weft::nmt

#include "models/nmt/data/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "graph/base/error.h"
#include "models/nmt/data/random.h"

namespace weft::nmt {
namespace {

using Group = std::vector<std::size_t>;

/// The number of pairs that valid and test are to get.
struct Quotas {
  std::size_t valid, test;
};

Quotas quotas(std::size_t pairs, const SplitFractions& fractions) {
  require(pairs > 0, "there are no pairs to split");
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

/// Deals whole groups out to the parts, in the order given.
Split deal(const std::vector<Group>& groups, Quotas quotas) {
  Split split;
  for (const Group& group : groups) {
    std::vector<std::size_t>* part = &split.train;
    if (split.test.size() + group.size() <= quotas.test) {
      part = &split.test;
    } else if (split.valid.size() + group.size() <= quotas.valid) {
      part = &split.valid;
    }
    part->insert(part->end(), group.begin(), group.end());
  }
  for (auto* part : {&split.train, &split.valid, &split.test}) std::sort(part->begin(), part->end());
  return split;
}

/// Disjoint sets of pairs, with path halving; the root of a set is its first pair.
class DisjointSets {
 public:
  explicit DisjointSets(std::size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }

  std::size_t find(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }

  void unite(std::size_t a, std::size_t b) {
    a = find(a);
    b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

/// Puts each pair into the set of the first pair with the same sentence.
void unite_equal(std::span<const std::string> sentences, DisjointSets& sets) {
  std::unordered_map<std::string_view, std::size_t> first;
  for (std::size_t i = 0; i < sentences.size(); ++i) sets.unite(first.emplace(sentences[i], i).first->second, i);
}

/// The sets, in the order of their first pairs.
std::vector<Group> groups_of(DisjointSets& sets, std::size_t size) {
  std::vector<Group> by_root(size);
  for (std::size_t i = 0; i < size; ++i) by_root[sets.find(i)].push_back(i);
  std::erase_if(by_root, [](const Group& group) { return group.empty(); });
  return by_root;
}

}  // namespace

Split split_random(std::size_t pairs, const SplitFractions& fractions, std::uint64_t seed) {
  const Quotas parts = quotas(pairs, fractions);
  std::vector<Group> single_pairs;
  for (std::size_t i = 0; i < pairs; ++i) single_pairs.push_back({i});
  Random(seed).shuffle(single_pairs);
  return deal(single_pairs, parts);
}

Split split_leak_free(std::span<const std::string> sources, std::span<const std::string> targets,
                      const SplitFractions& fractions, std::uint64_t seed) {
  require(sources.size() == targets.size(), "cannot split {} source sentences and {} target sentences: not pairs",
          sources.size(), targets.size());
  const Quotas parts = quotas(sources.size(), fractions);
  DisjointSets sets(sources.size());
  unite_equal(sources, sets);
  unite_equal(targets, sets);
  std::vector<Group> groups = groups_of(sets, sources.size());
  Random(seed).shuffle(groups);
  return deal(groups, parts);
}

}  // namespace weft::nmt

#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <utility>
#include <vector>

#include "models/nmt/data/corpus.h"
#include "models/nmt/data/pair_sequence.h"

namespace weft::nmt {

/// Does something with each of many pairs, by several threads, and takes what comes of it in the order of the pairs.
template <typename Result>
class MappedPairs {
 public:
  /// `map` is called by several threads at once, `use` by one. What either throws, add() and finish() throw on.
  MappedPairs(std::function<Result(const Pair&)> map, std::function<void(Pair&&, Result&&)> use)
      : map_(std::move(map)), use_(std::move(use)) {}

  void add(Pair pair) {
    pairs_.push_back(std::move(pair));
    if (pairs_.size() == at_once) run();
  }
  /// To be called behind the last pair.
  void finish() { run(); }

 private:
  static constexpr std::size_t at_once = 8192;
  struct Mapped {  // not vector<bool>, whose elements share bytes
    Result result;
  };

  void run() {
    std::vector<Mapped> results(pairs_.size());
    std::exception_ptr thrown;
#pragma omp parallel for schedule(dynamic, 64)
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      try {
        results[i].result = map_(pairs_[i]);
      } catch (...) {
#pragma omp critical(weft_mapped_pairs)
        thrown = std::current_exception();
      }
    }
    if (thrown) std::rethrow_exception(thrown);
    for (std::size_t i = 0; i < pairs_.size(); ++i) use_(std::move(pairs_[i]), std::move(results[i].result));
    pairs_.clear();
  }

  std::function<Result(const Pair&)> map_;
  std::function<void(Pair&&, Result&&)> use_;
  std::vector<Pair> pairs_;
};

/// The same for all pairs of a sequence.
template <typename Result>
void map_pairs(const PairSequence& pairs, std::function<Result(const Pair&)> map,
               std::function<void(Pair&&, Result&&)> use) {
  MappedPairs<Result> mapped(std::move(map), std::move(use));
  pairs([&](const Pair& pair) { mapped.add(pair); });
  mapped.finish();
}

}  // namespace weft::nmt

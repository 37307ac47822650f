#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "models/nmt/search/hypothesis.h"
#include "models/nmt/search/step_decoder.h"

namespace weft::nmt {

/// The search for translations of one sentence, step by step. What it does depends on what the decoder says about its
/// own rows alone.
class SentenceSearch {
 public:
  /// A beginning of a translation that is to go on.
  struct Continuation {
    std::size_t parent = StepDecoder::no_parent;  ///< index among its rows of the step before, or no_parent
    std::int32_t token = 0;
  };

  virtual ~SentenceSearch() = default;

  /// What to do in the next step; nothing when the search is over.
  virtual std::span<const Continuation> rows() const = 0;
  /// What came out of that: one entry a row.
  virtual void take(std::span<const NextToken> next) = 0;
  /// What was found, once the search is over: the best first.
  virtual std::vector<Hypothesis> hypotheses() const = 0;
};

/// What tokens and lengths a search needs to know of.
struct SearchLimits {
  std::int32_t start_token = 0;
  std::int32_t end_token = 0;
  std::int64_t max_tokens = 1;  ///< of a translation, <end> not counted
};

/// Runs searches to their ends, up to `max_open` at once; search i is for the decoder's sentence i. Those that are over
/// leave the batch; when half of them have, others take their place. `on_done` is told how many more are over.
void run_searches(StepDecoder& decoder, std::span<const std::unique_ptr<SentenceSearch>> searches, std::size_t max_open,
                  const std::function<void(std::size_t)>& on_done = {});

/// The best `count` tokens, the best first; of equals the one with the lower id first. Throws Error when there is none,
/// because all are NaN.
std::vector<std::int32_t> best_tokens(std::span<const float> order, std::size_t count);

}  // namespace weft::nmt

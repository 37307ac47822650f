#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backends/runtime/variables.h"

namespace weft {

/// Adds up the micro-batches of an update (accumulation.h) in a binary tree over their numbers, pair by pair and level
/// by level: ((0 + 1) + (2 + 3)) + (4 + 5). Whoever has a subtree of it, such as 4 and 5, has a part of the same sum:
/// so any number of processes whose shares are subtrees come to the same bits as one.
///
/// The graph of a micro-batch adds to the states what it has. These take two, a pair; before the next one their content
/// goes to a stack of sums of 2, 4, 8, ... micro-batches, where two of one size become one of the next, like the bits
/// of a counter. The states begin as zeros: 0 + x is x but for -0, which no sum has then, so that what is missing at
/// the end of an epoch may count as zeros.
class PartialSums {
 public:
  /// Of so many micro-batches the states themselves hold the sum, before finish().
  static constexpr std::int64_t most_in_states = 2;

  /// `states`: the names of what accumulate_gradients() has declared. The variables must live as long.
  PartialSums(Variables& variables, std::vector<std::string> states)
      : variables_(&variables), states_(std::move(states)) {}

  /// To be called before the micro-batch of that number, from 0.
  void prepare(std::int64_t number);
  /// Behind the last of `count` micro-batches: the states hold the sum of all.
  void finish(std::int64_t count);
  /// Zeros, as at the beginning of an update.
  void clear();

 private:
  std::vector<Tensor>& level(std::size_t number);
  void add_to_states(const std::vector<Tensor>& sums);

  Variables* variables_;
  std::vector<std::string> states_;
  std::vector<std::vector<Tensor>> levels_;  ///< of each state, the sum of 2, 4, 8, ... micro-batches
};

}  // namespace weft

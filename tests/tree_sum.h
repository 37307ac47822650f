#pragma once

#include <cstddef>
#include <vector>

namespace weft::test {

/// The sum of numbers in the order of a binary tree over their places, pair by pair and level by level, one element at a
/// time: what sums of processes and of micro-batches are held against.
inline float tree_sum_of(std::vector<float> numbers) {
  while (numbers.size() > 1) {
    std::vector<float> next;
    for (std::size_t i = 0; i < numbers.size(); i += 2)
      next.push_back(i + 1 < numbers.size() ? numbers[i] + numbers[i + 1] : numbers[i]);
    numbers = next;
  }
  return numbers[0];
}

}  // namespace weft::test

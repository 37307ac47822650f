#pragma once

#include <string>
#include <vector>

#include "tests/golden/golden_file.h"

namespace weft::test {

/// Compares the whole translator with every run of comparison.h: losses of the training steps, logits, attention
/// weights, all gradients of the first step, parameters after the last one, and greedy tokens from these parameters.
/// Returns what does not hold. Throws Error when the file is incomplete.
std::vector<std::string> run_model_file(const GoldenFile& file);

}  // namespace weft::test

#pragma once

#include <string>
#include <vector>

#include "tests/golden/golden_file.h"

namespace weft::test {

/// Compares outputs and gradients of an op's case with every run of comparison.h. Returns what does not hold. Throws
/// Error when the case is unknown or incomplete.
std::vector<std::string> run_op_file(const GoldenFile& file);

}  // namespace weft::test

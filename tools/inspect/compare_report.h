#pragma once

#include <cstddef>
#include <string>

#include "backends/check/compare.h"

namespace weft::inspect {

/// What a comparison has found, for people: the first value that parts, who is to blame, what it was given; then the
/// `most` worst values. `tolerance`: the one that was compared with.
std::string comparison_text(const Comparison& comparison, std::size_t most, double tolerance);

/// The same as JSON: {"values", "compared", "first": {...} or null, "worst": [...]}.
std::string comparison_json(const Comparison& comparison, std::size_t most);

}  // namespace weft::inspect

#pragma once

#include <span>
#include <string>
#include <vector>

namespace weft::nmt {

/// What every score of a corpus asks of it. Throws Error if there are no hypotheses, if there are not as many lists of
/// references, or if one of these is empty.
void check_scored_sentences(std::span<const std::string> hypotheses,
                            std::span<const std::vector<std::string>> references);

/// How many references a sentence has, for signatures: "1", or "var" when not all have equally many.
std::string reference_count(std::span<const std::vector<std::string>> references);

/// Who has reckoned the scores, in place of sacreBLEU's version.
inline constexpr const char* scores_version = "weft-0.1.0";

}  // namespace weft::nmt

#pragma once

#include <span>
#include <string>
#include <vector>

namespace weft::nmt {

/// What every score of a corpus asks of it. Throws Error if there are no hypotheses, if there are not as many lists of
/// references, or if one of these is empty.
void check_scored_sentences(std::span<const std::string> hypotheses,
                            std::span<const std::vector<std::string>> references);

}  // namespace weft::nmt

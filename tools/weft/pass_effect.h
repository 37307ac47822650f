#pragma once

#include <string>

namespace weft::tool {

/// What each pass of the pipeline brings: the translator's training step (64 sentences of 19 and 11 tokens, the
/// tutorial's sizes, masked), compiled with all passes and with each one left out. `runs`: how many steps are timed for
/// the median; 0: none. As a table, or as JSON.
std::string pass_effects(int runs, bool json);

}  // namespace weft::tool

#pragma once

#include <memory>
#include <vector>

#include "models/nmt/search/sentence_search.h"

namespace weft::nmt {

/// No search: goes through a given translation, `tokens` from the first word to <end>, and tells how probable the model
/// holds it. One hypothesis comes out of it.
std::unique_ptr<SentenceSearch> forced_decoding(const SearchLimits& limits, std::vector<std::int32_t> tokens,
                                                const ScoreOptions& score);

}  // namespace weft::nmt

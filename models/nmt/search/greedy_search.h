#pragma once

#include <functional>
#include <span>
#include <vector>

#include "models/nmt/search/compiled_shapes.h"
#include "models/nmt/search/sentence_search.h"

namespace weft::nmt {

/// Greedy search with the compiled encoder and decoder step, for sentences of one compiled length, that many tokens or
/// fewer: a beam of 1, but faster, for the best token is found inside the graph and fed back in place. So the
/// hypotheses, one a source, have no probabilities. `limits`: of each source.
///
/// Up to `batch` sentences are in as many rows. A row whose translation is done leaves the batch, and the next sentence
/// takes its place; when there is none, the batch shrinks. `on_done` is told how many more are done.
std::vector<Hypothesis> greedy_search(CompiledShapes& shapes, std::span<const std::span<const std::int32_t>> sources,
                                      std::span<const SearchLimits> limits, std::int64_t length, std::int64_t batch,
                                      const std::function<void(std::size_t)>& on_done);

}  // namespace weft::nmt

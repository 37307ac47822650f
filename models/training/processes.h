#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backends/runtime/variables.h"
#include "graph/graph.h"

namespace weft {

// How the micro-batches of an update are shared among processes.

/// Throws Error, with the numbers of processes that can, when so many cannot share the batches of an update: all must
/// have the same number of them, a power of two, so that what each adds up is a part of the one tree (partial_sums.h).
/// `setting`: the name of that number of batches, for the message.
void require_shareable(std::int64_t batches, int processes, const std::string& setting);

/// A state that counts the batches, as the one that gives dropout its draws.
struct BatchCount {
  std::string state;
  std::int32_t step = 1;  ///< it grows by so much at each batch
};

/// Those of the graph of a batch. Throws Error when it leaves the next one anything else but accumulated gradients: a
/// process would need what another one has.
std::vector<BatchCount> batch_counts(const Graph& graph);

/// Counts batches that another process does.
void skip_batches(const std::vector<BatchCount>& counts, std::int64_t batches, Variables& variables);

}  // namespace weft

#pragma once

#include <functional>
#include <vector>

#include "models/nmt/data/corpus.h"

namespace weft::nmt {

using VisitPair = std::function<void(const Pair& pair)>;

/// Pairs, be they in memory or in a file: shows them to `visit`, from the first to the last, the same ones each time.
using PairSequence = std::function<void(const VisitPair& visit)>;

/// Those of a vector, which must live as long.
inline PairSequence sequence_of(const std::vector<Pair>& pairs) {
  return [&pairs](const VisitPair& visit) {
    for (const Pair& pair : pairs) visit(pair);
  };
}

}  // namespace weft::nmt

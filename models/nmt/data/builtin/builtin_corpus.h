#pragma once

#include <vector>

#include "models/nmt/data/corpus.h"

namespace weft::nmt {

/// The corpus that comes with the program: between 10,000 and 12,000 short French sentences (`source`), each with its
/// English translation (`target`), generated from small hand-written tables (builtin_corpus_lexicon.h and the nouns and
/// verbs it includes) and one rule a construct (builtin_corpus_*.cpp).
///
/// Every French sentence occurs once, and no two of them become equal when case, accents and apostrophes are dropped
/// unless their English is the same. The sentences are always the same, in the same well-mixed order, so that the first
/// N pairs of the list are a fair sample of all constructs. Throws weft::InternalError if the rules contradict one
/// another.
std::vector<Pair> builtin_corpus();

}  // namespace weft::nmt

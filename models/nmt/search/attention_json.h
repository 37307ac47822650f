#pragma once

#include "graph/base/json_value.h"
#include "models/nmt/search/translation.h"

namespace weft::nmt {

/// What a translation attended to: a list for each target token, of the weight of each source token with three
/// decimals, which no picture shows more of; an empty list when the model has no attention.
Json attention_rows(const Translation& translation);

}  // namespace weft::nmt

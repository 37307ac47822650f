#pragma once

#include <nlohmann/json_fwd.hpp>

#include "models/nmt/translator.h"

namespace weft::nmt {

/// What a translation attended to: a list for each target token, of the weight of each source token with three
/// decimals, which no picture shows more of; an empty list when the model has no attention.
nlohmann::ordered_json attention_rows(const Translation& translation);

}  // namespace weft::nmt

#pragma once

#include <memory>
#include <vector>

#include "models/nmt/search/step_decoder.h"

namespace weft::nmt {

/// Several decoders as one: the probability of a token is the mean of what they give it, and so is the attention, over
/// those that attend. All must have the same vocabulary and read the same sentences.
std::unique_ptr<StepDecoder> ensemble(std::vector<std::unique_ptr<StepDecoder>> members);

}  // namespace weft::nmt

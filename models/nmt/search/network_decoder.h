#pragma once

#include <memory>
#include <span>
#include <vector>

#include "models/nmt/search/compiled_shapes.h"
#include "models/nmt/search/step_decoder.h"

namespace weft::nmt {

/// The compiled encoder and decoder step as what a search needs, for sentences of one compiled length, that many tokens
/// or fewer: `sources`, which must live as long, like the shapes. At most `max_open` sentences are open at once, and a
/// step has at most `max_rows` rows.
///
/// What the encoder makes of a sentence is kept once; a row of the step gets a copy when it held another sentence
/// before. States are copied from each row to those that go on from it.
std::unique_ptr<StepDecoder> network_decoder(CompiledShapes& shapes,
                                             std::span<const std::span<const std::int32_t>> sources,
                                             std::int64_t length, std::int64_t max_open, std::int64_t max_rows);

}  // namespace weft::nmt

#pragma once

#include "models/nmt/data/example_file.h"
#include "models/nmt/data/split.h"
#include "models/nmt/training/run_directory.h"
#include "models/training/progress.h"

namespace weft::nmt {

/// The sentences of a run's part as ids, in a file beside them, train.ids or valid.ids: made when it is not there, is
/// damaged or older than the sentences, or was made of other ones or by other vocabularies. Throws Error when the
/// sentences are not there or the file cannot be written.
void encode_part(const RunDirectory& run, Part part, Progress& progress);

}  // namespace weft::nmt

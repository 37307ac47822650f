#pragma once

#include <filesystem>
#include <string>

#include "graph/io/safetensors.h"
#include "models/nmt/config/config.h"
#include "models/nmt/text/vocabulary.h"

namespace weft::nmt {

/// What gives weights their meaning, as words of a checkpoint's metadata: the settings of the model and of how
/// sentences become words ("trained.attention": "additive"), and the checksums of vocabularies and subword models
/// ("trained.vocab.source.txt": "sha256:..."). With other ones a checkpoint would translate to nonsense.
Metadata provenance_of(const Config& config, const Vocabulary& source, const Vocabulary& target);

/// Throws Error that names the first setting or file that is not what the checkpoint was trained with, with both values
/// and what to do; of settings that a checkpoint does not name it does not depend. `folder`: of the run.
void check_provenance(const Metadata& trained, const Metadata& present, const std::filesystem::path& folder);

}  // namespace weft::nmt

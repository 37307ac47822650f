#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "models/nmt/config/config.h"
#include "models/nmt/text/vocabulary.h"

namespace weft::nmt {

/// A run's languages.
struct Vocabularies {
  Vocabulary source;
  Vocabulary target;
};

/// The names of the files below, there or not.
std::vector<std::string> vocabulary_file_names();

/// The content of a run's vocabularies and subword models, by the names of their files.
std::map<std::string, std::string> vocabulary_contents(const Vocabulary& source, const Vocabulary& target);

/// Writes the languages of a run to its folder: vocab.source.txt and vocab.target.txt; with subwords also their models,
/// subwords.source.model and subwords.target.model, and the checksums of these, subwords.sha256 (for sha256sum -c).
void save_vocabularies(const std::filesystem::path& folder, const Vocabulary& source, const Vocabulary& target);

/// Reads them again. Throws Error that names the file when one is missing, damaged, or does not go with the config or
/// with another one.
Vocabularies load_vocabularies(const std::filesystem::path& folder, const Config& config);

}  // namespace weft::nmt

#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "backends/runtime/variables.h"
#include "models/nmt/search/translator.h"
#include "models/nmt/training/run_directory.h"

namespace weft::nmt {

/// A trained model, as it was at a checkpoint.
struct TrainedModel {
  RunDirectory run;
  std::string checkpoint;  ///< its name
  TrainingState state;
  bool says_provenance = true;  ///< see Checkpoint
  std::shared_ptr<Variables> weights;
};

/// Loads a checkpoint of a run: "latest", "best", "averaged", or its own name; empty: the best, or the latest while
/// there is no best. Throws Error that names the file when the run or the checkpoint cannot be used.
TrainedModel load_model(const std::filesystem::path& run, std::string_view checkpoint = {});

/// Translates with a model, which must live as long.
Translator translator_of(const TrainedModel& model, const TranslatorOptions& options = {});

}  // namespace weft::nmt

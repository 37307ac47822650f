#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/training/training_state.h"

namespace weft {

// What the log.jsonl of a run tells. It is read while training goes on, and after it was killed and resumed: a line that
// is not whole is left out and counted, and what was done anew replaces what it was before.

/// A step; see StepReport. What the log does not say is nothing.
struct BatchRecord {
  std::int64_t step = 0;
  std::int64_t epoch = 0;    ///< from 1
  std::int64_t batch = 0;    ///< in the epoch, from 1
  std::int64_t batches = 0;  ///< of an epoch; 0: unknown
  std::optional<double> loss, gradient_norm, learning_rate, tokens_per_second;
};

/// An epoch that has ended, and what was measured then.
struct EpochRecord {
  std::int64_t step = 0;
  std::int64_t epoch = 0;
  std::optional<double> loss, tokens_per_second, epoch_seconds, seconds;
  Measures valid = {};  ///< every number whose name begins with "valid_"
  bool best = false;    ///< the best until then
};

struct TrainingLog {
  std::vector<BatchRecord> batches;     ///< by step
  std::vector<EpochRecord> epochs;      ///< by step
  std::optional<std::string> diverged;  ///< what training said when it stopped for that
  std::size_t unreadable = 0;           ///< lines
};

/// Never throws for what the text says.
TrainingLog parse_training_log(std::string_view text);

/// The text of a run's log, or of another such file in its folder; empty when there is none. The last line may be
/// unfinished while training goes on.
std::string read_log(const std::filesystem::path& file);

}  // namespace weft

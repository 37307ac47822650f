#pragma once

#include <cstdint>
#include <string_view>

#include "backends/runtime/program_cache.h"
#include "graph/base/json_value.h"
#include "models/training/epoch.h"

namespace weft {

// The records of a run's log.jsonl: one JSON object a line. To that of an epoch the caller adds what it has measured.

inline constexpr const char* log_file = "log.jsonl";    ///< in the run's folder
inline constexpr std::int64_t batches_per_record = 10;  ///< in log.jsonl
inline constexpr std::int64_t batches_per_line = 100;   ///< on the terminal, as TensorFlow's tutorial does

/// `step` counts the updates that are done, `seconds` since training began, here and below.
Json batch_record(const StepReport& report, std::int64_t step, double tokens_per_second, double seconds);
Json epoch_record(const EpochReport& report, std::int64_t step);
/// A member of an epoch's.
Json memory_record(const ProgramMemory& memory);
/// Training ended in the step after that state.
Json diverged_record(const TrainingState& state, std::string_view message, double seconds);

}  // namespace weft

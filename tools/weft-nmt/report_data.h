#pragma once

#include <cstddef>
#include <string>

#include "models/nmt/training/run_directory.h"

namespace weft::nmt {

/// The most points of a curve over batches in a page: of a longer log each point is the mean of some records.
inline constexpr std::size_t max_report_points = 4000;
/// The most epochs whose sample translations a page holds: of more, they are spread over the training.
inline constexpr std::size_t max_report_epochs = 200;

/// What the page of `weft-nmt report` shows of a run, as one JSON object; tools/web/assets/report.js reads it. Anything
/// that the run's logs may hold is let through as text only.
std::string report_data(const RunDirectory& run);

}  // namespace weft::nmt

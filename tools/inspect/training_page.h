#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "graph/base/json_value.h"

namespace weft::inspect {

/// The most points of a curve over batches in a page: of a longer log each point is the mean of some records.
inline constexpr std::size_t max_report_points = 4000;

/// A page that shows how the training in a folder (TrainerOptions::folder) went, or goes: loss, what was measured of the
/// epochs, speed, the gradients' norm and the learning rate. Complete in itself, without any network. Anything that
/// the log may hold is let through as text only.
///
/// `more`: what only the run's program knows, as tools/web/assets/report.js reads it: "epochs_wanted", "patience",
/// "best_by", "parameters", "settings", "samples" with "source_language" and "target_language", "unreadable_samples".
std::string training_page(const std::filesystem::path& run, const std::vector<Json::Member>& more = {});

}  // namespace weft::inspect

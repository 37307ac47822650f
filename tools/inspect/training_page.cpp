#include "tools/inspect/training_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

#include "models/training/run/log_records.h"
#include "models/training/run/run_lock.h"
#include "models/training/run/training_log.h"
#include "tools/web/page.h"

namespace weft::inspect {
namespace {

/// The mean of those records that have the number; nothing when none has.
std::optional<double> mean(std::span<const BatchRecord> records, std::optional<double> BatchRecord::*member) {
  double sum = 0;
  std::size_t count = 0;
  for (const BatchRecord& record : records) {
    if (!(record.*member)) continue;
    sum += *(record.*member);
    ++count;
  }
  return count > 0 ? std::optional(sum / static_cast<double>(count)) : std::nullopt;
}

/// How many epochs are done after a record, such as 2.35. Logs of version 0.1.0 do not say how many batches an epoch
/// has; then the longest epoch so far does.
double epochs_done(const BatchRecord& record, std::int64_t longest_epoch) {
  const std::int64_t batches = std::max(record.batches, longest_epoch);
  return static_cast<double>(record.epoch - 1) + static_cast<double>(record.batch) / static_cast<double>(batches);
}

/// A column for each curve.
Json batch_columns(const std::vector<BatchRecord>& records) {
  const std::size_t group = (records.size() + max_report_points - 1) / max_report_points;
  std::int64_t longest_epoch = 1;
  for (const BatchRecord& record : records) longest_epoch = std::max(longest_epoch, record.batch);
  Json columns{{"records_per_point", group}};
  for (const char* name : {"epochs", "step", "loss", "gradient_norm", "learning_rate", "tokens_per_second"})
    columns[name] = Json::list();
  for (std::size_t first = 0; first < records.size(); first += group) {
    const std::span<const BatchRecord> point =
        std::span(records).subspan(first, std::min(group, records.size() - first));
    columns["epochs"].push_back(epochs_done(point.back(), longest_epoch));
    columns["step"].push_back(point.back().step);
    columns["loss"].push_back(mean(point, &BatchRecord::loss));
    columns["gradient_norm"].push_back(mean(point, &BatchRecord::gradient_norm));
    columns["learning_rate"].push_back(mean(point, &BatchRecord::learning_rate));
    columns["tokens_per_second"].push_back(mean(point, &BatchRecord::tokens_per_second));
  }
  return columns;
}

Json epoch_rows(const std::vector<EpochRecord>& records) {
  Json rows = Json::list();
  for (const EpochRecord& record : records) {
    Json row{{"epoch", record.epoch},
             {"step", record.step},
             {"loss", record.loss},
             {"tokens_per_second", record.tokens_per_second},
             {"seconds", record.epoch_seconds},
             {"best", record.best}};
    for (const auto& [name, number] : record.valid) row[name] = number;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::string training_page(const std::filesystem::path& run, const std::vector<Json::Member>& more) {
  const TrainingLog log = parse_training_log(read_log(run / log_file));
  Json data{{"training", RunLock::is_held(run)},
            {"diverged", log.diverged},
            {"unreadable_lines", log.unreadable},
            {"batches", batch_columns(log.batches)},
            {"epochs", epoch_rows(log.epochs)}};
  for (const Json::Member& member : more) data[member.name] = member.value;
  return web::to_html({.title = fmt::format("Training of {}", run.string()),
                       .styles = {"page.css", "uplot.css", "heat.css", "report.css"},
                       .scripts = {"page.js", "uplot.js", "heat.js", "report.js"},
                       .data = {{"data", data.dump()}},
                       .body = "<main id=\"report\"></main>"});
}

}  // namespace weft::inspect

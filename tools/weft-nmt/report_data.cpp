#include "tools/weft-nmt/report_data.h"

#include <algorithm>
#include <optional>
#include <span>

#include "graph/base/json_value.h"
#include "models/nmt/config/settings.h"
#include "models/nmt/network/parameters.h"
#include "models/nmt/text/language.h"
#include "models/nmt/training/training_log.h"
#include "models/training/run/run_lock.h"

namespace weft::nmt {
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
    rows.push_back({{"epoch", record.epoch},
                    {"step", record.step},
                    {"loss", record.loss},
                    {"valid_loss", record.valid_loss},
                    {"bleu", record.valid_bleu},
                    {"chrf", record.valid_chrf},
                    {"sentences", record.valid_sentences},
                    {"tokens_per_second", record.tokens_per_second},
                    {"seconds", record.epoch_seconds},
                    {"best", record.best}});
  }
  return rows;
}

Json sample_epochs(const std::vector<EpochSamples>& epochs) {
  Json list = Json::list();
  const std::size_t shown = std::min(epochs.size(), max_report_epochs);
  for (std::size_t i = 0; i < shown; ++i) {
    const EpochSamples& epoch = epochs[(i + 1) * epochs.size() / shown - 1];  // the last one always
    Json samples = Json::list();
    for (const SampleTranslation& sample : epoch.samples) {
      samples.push_back({{"source", sample.source},
                         {"reference", sample.reference},
                         {"translation", sample.translation},
                         {"source_words", sample.source_words},
                         {"target_words", sample.target_words},
                         {"weights", sample.weights}});
    }
    list.push_back({{"epoch", epoch.epoch}, {"samples", std::move(samples)}});
  }
  return list;
}

Json setting_rows(const Config& config) {
  Json rows = Json::list();
  for (const Setting& setting : settings()) {
    const std::string text = setting_text(setting.get(config));
    if (!text.empty()) rows.push_back(Json::list({setting.name, text, setting.summary}));
  }
  return rows;
}

Json language(const std::string& code) { return Json{{"code", code}, {"name", language_name(code)}}; }

}  // namespace

std::string report_data(const RunDirectory& run) {
  const TrainingLog log = parse_training_log(run.read_log());
  const SampleLog samples = parse_samples(run.read_samples());
  const Json data{{"run", run.path().string()},
                  {"source_language", language(run.config().source_language)},
                  {"target_language", language(run.config().target_language)},
                  {"training", RunLock::is_held(run.path())},
                  {"epochs_wanted", run.config().training.epochs},
                  {"patience", run.config().training.patience},
                  {"best_by", to_string(run.config().training.best_by)},
                  {"parameters", count_parameters(run.config().model)},
                  {"diverged", log.diverged},
                  {"unreadable_lines", log.unreadable + samples.unreadable},
                  {"batches", batch_columns(log.batches)},
                  {"epochs", epoch_rows(log.epochs)},
                  {"samples", sample_epochs(samples.epochs)},
                  {"settings", setting_rows(run.config())}};
  return data.dump();
}

}  // namespace weft::nmt

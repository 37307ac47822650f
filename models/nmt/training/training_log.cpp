#include "models/nmt/training/training_log.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "graph/base/error.h"
#include "graph/base/json_parse.h"

namespace weft::nmt {
namespace {

using nlohmann::json;

/// Calls `on_object` with each line that is a JSON object; it returns whether it could use it. Returns how many lines
/// were of no use.
template <typename OnObject>
std::size_t read_lines(std::string_view text, const OnObject& on_object) {
  std::size_t unreadable = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    try {
      const json object = parse_json(line);
      if (!object.is_object() || !on_object(object)) ++unreadable;
    } catch (const Error&) {
      ++unreadable;
    }
  }
  return unreadable;
}

std::optional<double> number(const json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_number()) return std::nullopt;
  const auto value = at->get<double>();
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// A count, 0 when there is none.
std::int64_t count(const json& object, const char* key) {
  const std::optional<double> value = number(object, key);
  constexpr double most = 1e15;
  return value && *value >= 0 && *value <= most ? static_cast<std::int64_t>(*value) : 0;
}

std::string text_of(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

/// Training that goes on from a checkpoint does steps anew that the log has already.
template <typename Record>
void add(std::vector<Record>& records, Record record) {
  while (!records.empty() && records.back().step >= record.step) records.pop_back();
  records.push_back(std::move(record));
}

BatchRecord batch_record(const json& object) {
  return {.step = count(object, "step"),
          .epoch = count(object, "epoch"),
          .batch = count(object, "batch"),
          .batches = count(object, "batches"),
          .loss = number(object, "loss"),
          .gradient_norm = number(object, "gradient_norm"),
          .learning_rate = number(object, "learning_rate"),
          .tokens_per_second = number(object, "tokens_per_second")};
}

EpochRecord epoch_record(const json& object) {
  const auto best = object.find("best");
  return {.step = count(object, "step"),
          .epoch = count(object, "epoch"),
          .loss = number(object, "loss"),
          .tokens_per_second = number(object, "tokens_per_second"),
          .epoch_seconds = number(object, "epoch_seconds"),
          .valid_loss = number(object, "valid_loss"),
          .valid_bleu = number(object, "valid_bleu"),
          .valid_chrf = number(object, "valid_chrf"),
          .valid_sentences = number(object, "valid_sentences"),
          .seconds = number(object, "seconds"),
          .best = best != object.end() && best->is_boolean() && best->get<bool>()};
}

/// Nothing for anything but a list of strings.
std::optional<std::vector<std::string>> words(const json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_array()) return std::nullopt;
  std::vector<std::string> words;
  for (const json& word : *at) {
    if (!word.is_string()) return std::nullopt;
    words.push_back(word.get<std::string>());
  }
  return words;
}

/// Nothing for anything but `rows` lists of `columns` numbers from 0 to 1, or none, as without attention.
std::optional<std::vector<std::vector<double>>> matrix(const json& object, std::size_t rows, std::size_t columns) {
  const auto at = object.find("weights");
  if (at == object.end() || !at->is_array() || (!at->empty() && at->size() != rows)) return std::nullopt;
  std::vector<std::vector<double>> matrix;
  for (const json& row : *at) {
    if (!row.is_array() || row.size() != columns) return std::nullopt;
    matrix.emplace_back();
    for (const json& weight : row) {
      if (!weight.is_number()) return std::nullopt;
      const auto value = weight.get<double>();
      if (!(value >= 0 && value <= 1)) return std::nullopt;
      matrix.back().push_back(value);
    }
  }
  return matrix;
}

std::optional<SampleTranslation> sample(const json& object) {
  if (!object.is_object()) return std::nullopt;
  auto source_words = words(object, "source_words");
  auto target_words = words(object, "target_words");
  if (!source_words || !target_words || source_words->empty()) return std::nullopt;
  auto weights = matrix(object, target_words->size(), source_words->size());
  if (!weights) return std::nullopt;
  return SampleTranslation{.source = text_of(object, "source"),
                           .reference = text_of(object, "reference"),
                           .translation = text_of(object, "translation"),
                           .source_words = std::move(*source_words),
                           .target_words = std::move(*target_words),
                           .weights = std::move(*weights)};
}

}  // namespace

TrainingLog parse_training_log(std::string_view text) {
  TrainingLog log;
  log.unreadable = read_lines(text, [&](const json& object) {
    const std::string event = text_of(object, "event");
    if (event == "diverged") {
      log.diverged = text_of(object, "message");
      return true;
    }
    if (event != "batch" && event != "epoch") return true;  // of a later version
    if (count(object, "step") == 0 || count(object, "epoch") == 0) return false;
    log.diverged.reset();  // it was resumed
    if (event == "batch") {
      add(log.batches, batch_record(object));
      while (!log.epochs.empty() && log.epochs.back().step >= log.batches.back().step) log.epochs.pop_back();
    } else {
      add(log.epochs, epoch_record(object));
    }
    return true;
  });
  return log;
}

SampleLog parse_samples(std::string_view text) {
  SampleLog log;
  log.unreadable = read_lines(text, [&](const json& object) {
    const auto list = object.find("samples");
    if (count(object, "step") == 0 || count(object, "epoch") == 0 || list == object.end() || !list->is_array())
      return false;
    EpochSamples epoch{.step = count(object, "step"), .epoch = count(object, "epoch"), .samples = {}};
    for (const json& each : *list) {
      std::optional<SampleTranslation> translation = sample(each);
      if (!translation) return false;
      epoch.samples.push_back(std::move(*translation));
    }
    add(log.epochs, std::move(epoch));
    return true;
  });
  return log;
}

}  // namespace weft::nmt

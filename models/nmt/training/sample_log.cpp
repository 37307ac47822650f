#include "models/nmt/training/sample_log.h"

#include <nlohmann/json.hpp>

#include "models/training/run/json_lines.h"

namespace weft::nmt {
namespace {

using nlohmann::json;

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

SampleLog parse_samples(std::string_view text) {
  SampleLog log;
  log.unreadable = read_json_lines(text, [&](const json& object) {
    const auto list = object.find("samples");
    if (count_of(object, "step") == 0 || count_of(object, "epoch") == 0 || list == object.end() || !list->is_array())
      return false;
    EpochSamples epoch{.step = count_of(object, "step"), .epoch = count_of(object, "epoch"), .samples = {}};
    for (const json& each : *list) {
      std::optional<SampleTranslation> translation = sample(each);
      if (!translation) return false;
      epoch.samples.push_back(std::move(*translation));
    }
    add_by_step(log.epochs, std::move(epoch));
    return true;
  });
  return log;
}

}  // namespace weft::nmt

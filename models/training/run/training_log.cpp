#include "models/training/run/training_log.h"

#include <nlohmann/json.hpp>

#include "graph/base/file.h"
#include "models/training/run/json_lines.h"

namespace weft {
namespace {

using nlohmann::json;

constexpr std::uint64_t max_log_bytes = std::uint64_t{1} << 30;

BatchRecord read_batch(const json& object) {
  return {.step = count_of(object, "step"),
          .epoch = count_of(object, "epoch"),
          .batch = count_of(object, "batch"),
          .batches = count_of(object, "batches"),
          .loss = number_of(object, "loss"),
          .gradient_norm = number_of(object, "gradient_norm"),
          .learning_rate = number_of(object, "learning_rate"),
          .tokens_per_second = number_of(object, "tokens_per_second")};
}

EpochRecord read_epoch(const json& object) {
  const auto best = object.find("best");
  EpochRecord record{.step = count_of(object, "step"),
                     .epoch = count_of(object, "epoch"),
                     .loss = number_of(object, "loss"),
                     .tokens_per_second = number_of(object, "tokens_per_second"),
                     .epoch_seconds = number_of(object, "epoch_seconds"),
                     .seconds = number_of(object, "seconds"),
                     .best = best != object.end() && best->is_boolean() && best->get<bool>()};
  for (const auto& [name, value] : object.items())
    if (name.starts_with("valid_"))
      if (const auto number = number_of(object, name.c_str())) record.valid[name] = *number;
  return record;
}

}  // namespace

TrainingLog parse_training_log(std::string_view text) {
  TrainingLog log;
  log.unreadable = read_json_lines(text, [&](const json& object) {
    const std::string event = text_of(object, "event");
    if (event == "diverged") {
      log.diverged = text_of(object, "message");
      return true;
    }
    if (event != "batch" && event != "epoch") return true;  // of a later version
    if (count_of(object, "step") == 0 || count_of(object, "epoch") == 0) return false;
    log.diverged.reset();  // it was resumed
    if (event == "batch") {
      add_by_step(log.batches, read_batch(object));
      while (!log.epochs.empty() && log.epochs.back().step >= log.batches.back().step) log.epochs.pop_back();
    } else {
      add_by_step(log.epochs, read_epoch(object));
    }
    return true;
  });
  return log;
}

std::string read_log(const std::filesystem::path& file) {
  return std::filesystem::exists(file) ? read_file(file, max_log_bytes) : "";
}

}  // namespace weft

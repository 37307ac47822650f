#include "models/training/run/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "graph/base/error.h"
#include "graph/base/number_text.h"
#include "graph/base/quote.h"
#include "models/training/accumulation.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

std::string format_prefix(const CheckpointFormat& format) { return format.program + " checkpoint "; }

std::string best_key(const std::string& measure) { return "best_" + measure; }

Metadata to_metadata(const TrainingState& state, const CheckpointFormat& format) {
  Metadata metadata{{"format", fmt::format("{}{}", format_prefix(format), format.version)},
                    {"step", fmt::format("{}", state.step)},
                    {"epoch", fmt::format("{}", state.epoch)},
                    {"batch_in_epoch", fmt::format("{}", state.batch_in_epoch)},
                    {"epoch_loss_sum", number_text(state.epoch_loss_sum)},
                    {"epoch_tokens", fmt::format("{}", state.epoch_tokens)},
                    {"best_epoch", fmt::format("{}", state.best_epoch)},
                    {"worse_epochs", fmt::format("{}", state.worse_epochs)},
                    {"cuts", fmt::format("{}", state.cuts)},
                    {"seed", fmt::format("{}", state.seed)}};
  for (const std::string& measure : format.measures)
    metadata[best_key(measure)] = number_text(best_measure(state, measure));
  return metadata;
}

const std::string& word(const Metadata& metadata, const std::string& key) {
  const auto at = metadata.find(key);
  require(at != metadata.end(), "its metadata lacks '{}'", key);
  return at->second;
}

std::int64_t count(const Metadata& metadata, const std::string& key) {
  const auto number = parse_integer(word(metadata, key));
  require(number && *number >= 0, "its metadata has {} for '{}', a whole number is needed", quoted(word(metadata, key)),
          key);
  return *number;
}

double number(const Metadata& metadata, const std::string& key) {
  const auto value = parse_double(word(metadata, key));
  require(value.has_value(), "its metadata has {} for '{}', a number is needed", quoted(word(metadata, key)), key);
  return *value;
}

std::int64_t format_version(const Metadata& metadata, const CheckpointFormat& format) {
  const std::string prefix = format_prefix(format);
  const auto at = metadata.find("format");
  require(at != metadata.end() && at->second.starts_with(prefix), "it is not a checkpoint of {}", format.program);
  const auto version = parse_integer(std::string_view(at->second).substr(prefix.size()));
  require(version && *version >= 1, "it is not a checkpoint of {}", format.program);
  require(*version <= format.version, "it is a checkpoint of format {}, of a later {}; this one reads formats 1 to {}",
          *version, format.program, format.version);
  return *version;
}

Metadata take_provenance(Metadata& metadata) {
  Metadata taken;
  for (auto word = metadata.begin(); word != metadata.end();) {
    const auto next = std::next(word);
    if (word->first.starts_with(provenance_prefix)) taken.insert(metadata.extract(word));
    word = next;
  }
  return taken;
}

/// A word too many is a damaged one: it could be the checksum's, which then could not speak up.
void require_known(const Metadata& metadata, const CheckpointFormat& format) {
  const Metadata known = to_metadata({}, format);
  for (const auto& [key, word] : metadata)
    require(known.contains(key), "it is damaged: its metadata has the unknown key {}", quoted(key));
}

TrainingState to_state(const Metadata& metadata, const CheckpointFormat& format) {
  TrainingState state{.step = count(metadata, "step"),
                      .epoch = count(metadata, "epoch"),
                      .batch_in_epoch = count(metadata, "batch_in_epoch"),
                      .epoch_loss_sum = number(metadata, "epoch_loss_sum"),
                      .epoch_tokens = count(metadata, "epoch_tokens"),
                      .best_epoch = count(metadata, "best_epoch"),
                      .worse_epochs = count(metadata, "worse_epochs"),
                      .cuts = count(metadata, "cuts"),
                      .seed = static_cast<std::uint64_t>(count(metadata, "seed"))};
  Measures best;
  for (const std::string& measure : format.measures) best[measure] = number(metadata, best_key(measure));
  if (state.best_epoch > 0) state.best = std::move(best);
  return state;
}

}  // namespace

void save_checkpoint(const fs::path& path, const Checkpoint& checkpoint, const CheckpointFormat& format) {
  Metadata metadata = to_metadata(checkpoint.state, format);
  metadata.insert(format.provenance.begin(), format.provenance.end());
  save_safetensors(path, checkpoint.variables, metadata);
}

CheckpointFile load_checkpoint(const fs::path& path, const CheckpointFormat& format) {
  Safetensors file = load_safetensors(path);
  try {
    const bool says_provenance = format_version(file.metadata, format) >= format.says_provenance;
    if (format.upgrade) format.upgrade(file.metadata);
    Metadata provenance = says_provenance ? take_provenance(file.metadata) : Metadata();
    require_known(file.metadata, format);
    return {{std::move(file.tensors), to_state(file.metadata, format), says_provenance}, std::move(provenance)};
  } catch (const Error& error) {
    fail("{}: {}", path.string(), error.what());
  }
}

std::string unknown_provenance(const fs::path& checkpoint) {
  return fmt::format(
      "warning: '{}' is of an earlier version and does not say what it was trained with; that what stands beside it is "
      "still the same cannot be checked",
      checkpoint.string());
}

void restore_variables(const Checkpoint& checkpoint, std::uint64_t seed, Variables& variables) {
  std::vector<std::string> names = variables.names();
  std::erase_if(names, is_accumulated);
  for (const std::string& name : names) {
    const auto at = checkpoint.variables.find(name);
    require(at != checkpoint.variables.end(), "the checkpoint lacks the variable '{}'", name);
    variables.set(name, at->second);
  }
  // Earlier versions wrote those as well.
  const auto held =
      std::ranges::count_if(checkpoint.variables, [](const auto& entry) { return !is_accumulated(entry.first); });
  require(held == std::ssize(names), "the checkpoint holds {} variables, the model has {}", held, names.size());
  require(checkpoint.state.seed == seed,
          "the checkpoint was trained with seed {}, the run goes on with {}; use the same seed", checkpoint.state.seed,
          seed);
}

}  // namespace weft

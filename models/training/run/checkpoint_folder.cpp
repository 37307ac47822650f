#include "models/training/run/checkpoint_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/joined.h"
#include "graph/base/number_text.h"
#include "graph/base/quote.h"
#include "models/training/run/run_files.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

constexpr const char* latest_file = "latest";
constexpr const char* best_file = "best";
constexpr std::string_view checkpoint_prefix = "checkpoint-";
constexpr std::string_view checkpoint_suffix = ".safetensors";

constexpr std::uint64_t max_name_bytes = 256;

/// The step of a checkpoint's name, "checkpoint-120"; nothing for any other name.
std::optional<std::int64_t> step_of(std::string_view name) {
  if (!name.starts_with(checkpoint_prefix)) return std::nullopt;
  const auto step = parse_integer(name.substr(checkpoint_prefix.size()));
  if (!step || *step < 0 || name != CheckpointFolder::name_of(*step)) return std::nullopt;
  return step;
}

std::string_view without_suffix(std::string_view name) {
  if (name.ends_with(checkpoint_suffix)) name.remove_suffix(checkpoint_suffix.size());
  return name;
}

}  // namespace

CheckpointFolder::CheckpointFolder(fs::path folder, CheckpointFormat format, CheckpointAdvice advice)
    : folder_(std::move(folder)), format_(std::move(format)), advice_(std::move(advice)) {}

/// The checkpoint is complete before a name points to it, and older ones go after the names have left them: a run that
/// is stopped anywhere in between can be resumed. The first checkpoint has none before it to which names could point:
/// they are written before it, and a run without a checkpoint begins anew, whatever they say.
void CheckpointFolder::save(const Checkpoint& checkpoint, bool best, std::size_t keep) const {
  const std::string name = name_of(checkpoint.state.step);
  const bool is_first = names().empty();
  if (is_first) {
    remove_file(folder_ / best_file);
    point_to(name, best);
  }
  save_checkpoint(file_of(name), checkpoint, format_);
  if (!is_first) point_to(name, best);
  prune(keep);
}

/// `best` comes before `latest`, from where training goes on: it would not find the epoch to be the best once more, and
/// do what is left to do.
void CheckpointFolder::point_to(const std::string& name, bool best) const {
  if (best) write_file(folder_ / best_file, name + "\n");
  write_file(folder_ / latest_file, name + "\n");
}

void CheckpointFolder::prune(std::size_t keep) const {
  std::set<std::string> wanted = {resolve(latest_file)};
  if (fs::exists(folder_ / best_file)) wanted.insert(resolve(best_file));
  std::vector<std::string> old = names();
  old.resize(old.size() - std::min(keep, old.size()));
  for (const std::string& name : old) {
    if (!wanted.contains(name)) remove_file(file_of(name));
  }
  remove_unfinished(folder_, is_own);
}

std::string CheckpointFolder::name_of(std::int64_t step) { return fmt::format("{}{}", checkpoint_prefix, step); }

std::vector<std::string> CheckpointFolder::names() const {
  std::error_code error;
  std::vector<std::int64_t> steps;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(checkpoint_suffix)) continue;
    if (const auto step = step_of(without_suffix(name))) steps.push_back(*step);
  }
  std::ranges::sort(steps);
  std::vector<std::string> names;
  for (const std::int64_t step : steps) names.push_back(name_of(step));
  return names;
}

void CheckpointFolder::save_average(const Checkpoint& average) const {
  save_checkpoint(file_of(averaged), average, format_);
}

bool CheckpointFolder::has_average() const { return fs::exists(file_of(averaged)); }

bool CheckpointFolder::is_average(std::string_view which) { return without_suffix(which) == averaged; }

std::string CheckpointFolder::resolve(std::string_view which) const {
  const std::vector<std::string> there = names();
  require(!there.empty(), "the run directory '{}' holds no checkpoint; {}", folder_.string(), advice_.train);
  std::string name(without_suffix(which));
  if (name == averaged) {
    require(has_average(), "the run directory '{}' has no average of checkpoints; {}", folder_.string(),
            advice_.average);
    return name;
  }
  if (which == latest_file || which == best_file) {
    const fs::path pointer = folder_ / which;
    require(fs::exists(pointer), "'{}' is missing; name a checkpoint: {}", pointer.string(), joined(there, ", "));
    name = read_file(pointer, max_name_bytes);
    while (!name.empty() && (name.back() == '\n' || name.back() == '\r')) name.pop_back();
    require(std::ranges::find(there, name) != there.end(), "'{}' names {}, which is not there; name a checkpoint: {}",
            pointer.string(), quoted(name), joined(there, ", "));
  }
  require(std::ranges::find(there, name) != there.end(),
          "there is no checkpoint {} in '{}'; there are: latest, best, {}{}", quoted(which), folder_.string(),
          joined(there, ", "), has_average() ? ", averaged" : "");
  return name;
}

fs::path CheckpointFolder::file_of(std::string_view name) const {
  return folder_ / fmt::format("{}{}", name, checkpoint_suffix);
}

Checkpoint CheckpointFolder::load(std::string_view which) const {
  const std::string name = resolve(which);
  CheckpointFile file;
  try {
    file = load_checkpoint(file_of(name), format_);
  } catch (const Error& error) {
    std::vector<std::string> others = names();
    std::erase(others, name);
    if (others.empty()) fail("{}; there is no other checkpoint, so train again", error.what());
    fail("{}; use another checkpoint: {}", error.what(), joined(others, ", "));
  }
  try {
    if (format_.check_provenance && file.checkpoint.says_provenance) format_.check_provenance(file.provenance);
  } catch (const Error& error) {
    fail("{}: {}", file_of(name).string(), error.what());
  }
  return std::move(file.checkpoint);
}

bool CheckpointFolder::is_own(std::string_view file_name) {
  if (file_name == latest_file || file_name == best_file) return true;
  const std::string_view stem = without_suffix(file_name);
  return stem != file_name && (stem == averaged || step_of(stem));
}

}  // namespace weft

#include "models/nmt/training/run_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <set>
#include <span>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/joined.h"
#include "graph/base/number_text.h"
#include "graph/base/quote.h"
#include "graph/io/safetensors.h"
#include "models/nmt/training/kernel_choice.h"
#include "models/nmt/training/provenance.h"
#include "models/nmt/training/vocabulary_files.h"
#include "models/training/run_lock.h"

namespace weft::nmt {
namespace {

namespace fs = std::filesystem;

constexpr const char* config_file = "config.json";
constexpr const char* source_file = "vocab.source.txt";
constexpr const char* target_file = "vocab.target.txt";
constexpr const char* train_file = "train.tsv";
constexpr const char* valid_file = "valid.tsv";
constexpr const char* test_file = "test.tsv";
constexpr const char* latest_file = "latest";
constexpr const char* best_file = "best";
constexpr const char* log_file = "log.jsonl";
constexpr const char* samples_file = "samples.jsonl";
constexpr const char* graph_file = "graph.json";
constexpr const char* kernels_file = "kernels.json";

constexpr std::string_view checkpoint_prefix = "checkpoint-";
constexpr std::string_view checkpoint_suffix = ".safetensors";
constexpr std::string_view format_prefix = "weft-nmt checkpoint ";
constexpr std::int64_t written_version = 2;  ///< the first that says what it was trained with (provenance.h)

constexpr std::uint64_t max_config_bytes = std::uint64_t{1} << 20;
constexpr std::uint64_t max_name_bytes = 256;
constexpr std::uint64_t max_log_bytes = std::uint64_t{1} << 30;

// ---- Checkpoints' names.

/// The step of a checkpoint's name, "checkpoint-120"; nothing for any other name.
std::optional<std::int64_t> step_of(std::string_view name) {
  if (!name.starts_with(checkpoint_prefix)) return std::nullopt;
  const auto step = parse_integer(name.substr(checkpoint_prefix.size()));
  if (!step || *step < 0 || name != RunDirectory::checkpoint_name(*step)) return std::nullopt;
  return step;
}

std::string_view without_suffix(std::string_view name) {
  if (name.ends_with(checkpoint_suffix)) name.remove_suffix(checkpoint_suffix.size());
  return name;
}

// ---- Sentences.

std::string tsv(const std::vector<Pair>& pairs) {
  std::string text;
  for (const Pair& pair : pairs) text += fmt::format("{}\t{}\n", pair.target, pair.source);
  return text;
}

void write_part(const fs::path& path, const std::vector<Pair>& pairs) {
  if (!pairs.empty()) write_file(path, tsv(pairs));
}

std::vector<Pair> read_part(const fs::path& path) {
  return fs::exists(path) ? read_corpus(path).pairs : std::vector<Pair>{};
}

// ---- The state as metadata.

Metadata to_metadata(const TrainingState& state) {
  return {{"format", fmt::format("{}{}", format_prefix, written_version)},
          {"step", fmt::format("{}", state.step)},
          {"epoch", fmt::format("{}", state.epoch)},
          {"batch_in_epoch", fmt::format("{}", state.batch_in_epoch)},
          {"epoch_loss_sum", number_text(state.epoch_loss_sum)},
          {"epoch_tokens", fmt::format("{}", state.epoch_tokens)},
          {"best_valid_loss", number_text(state.best_valid_loss)},
          {"best_valid_bleu", number_text(state.best_valid_bleu)},
          {"best_epoch", fmt::format("{}", state.best_epoch)},
          {"worse_epochs", fmt::format("{}", state.worse_epochs)},
          {"cuts", fmt::format("{}", state.cuts)},
          {"seed", fmt::format("{}", state.seed)}};
}

const std::string& word(const Metadata& metadata, const std::string& key) {
  const auto at = metadata.find(key);
  require(at != metadata.end(), "its metadata lacks '{}'", key);
  return at->second;
}

std::int64_t count(const Metadata& metadata, const std::string& key) {
  const auto number = parse_integer(word(metadata, key));
  require(number && *number >= 0, "its metadata has {} for '{}', a whole number is needed",
          weft::quoted(word(metadata, key)), key);
  return *number;
}

double number(const Metadata& metadata, const std::string& key) {
  const auto value = parse_double(word(metadata, key));
  require(value.has_value(), "its metadata has {} for '{}', a number is needed", weft::quoted(word(metadata, key)),
          key);
  return *value;
}

std::int64_t format_version(const Metadata& metadata) {
  const auto format = metadata.find("format");
  require(format != metadata.end() && format->second.starts_with(format_prefix), "it is not a checkpoint of weft-nmt");
  const auto version = parse_integer(std::string_view(format->second).substr(format_prefix.size()));
  require(version && *version >= 1, "it is not a checkpoint of weft-nmt");
  require(*version <= written_version,
          "it is a checkpoint of format {}, of a later weft-nmt; this one reads formats 1 to {}", *version,
          written_version);
  return *version;
}

TrainingState from_metadata(const Metadata& metadata) {
  // A word too many is a damaged one: it could be the checksum's, which then could not speak up.
  const Metadata known = to_metadata({});
  for (const auto& [key, word] : metadata) {
    require(known.contains(key), "it is damaged: its metadata has the unknown key {}", weft::quoted(key));
  }
  // Checkpoints of version 0.1.0 do not say which epoch was best: what comes next is measured against this one.
  const bool says_best = metadata.contains("best_epoch") || metadata.contains("best_valid_bleu");
  return {.step = count(metadata, "step"),
          .epoch = count(metadata, "epoch"),
          .batch_in_epoch = count(metadata, "batch_in_epoch"),
          .epoch_loss_sum = number(metadata, "epoch_loss_sum"),
          .epoch_tokens = count(metadata, "epoch_tokens"),
          .best_valid_loss = number(metadata, "best_valid_loss"),
          .best_valid_bleu = says_best ? number(metadata, "best_valid_bleu") : 0,
          .best_epoch = count(metadata, says_best ? "best_epoch" : "epoch"),
          .worse_epochs = metadata.contains("worse_epochs") ? count(metadata, "worse_epochs") : 0,
          .cuts = metadata.contains("cuts") ? count(metadata, "cuts") : 0,
          .seed = static_cast<std::uint64_t>(count(metadata, "seed"))};
}

// ---- The folder.

bool is_file_of_run(const std::string& name) {
  static const std::set<std::string> names = [] {
    std::set<std::string> all = {config_file, train_file, valid_file,   test_file,  latest_file,
                                 best_file,   log_file,   samples_file, graph_file, kernels_file};
    for (const std::string& name : vocabulary_file_names()) all.insert(name);
    return all;
  }();
  if (names.contains(name)) return true;
  const std::string_view stem = without_suffix(name);
  return stem != name && (stem == RunDirectory::averaged || step_of(stem));
}

std::vector<fs::path> files_of_run(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (is_file_of_run(entry.path().filename().string())) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

/// What writers that were killed have left: whole-or-nothing files of a run that never got their name.
std::vector<fs::path> unfinished_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const std::size_t end = name.rfind(".tmp-");
    if (end != std::string::npos && is_file_of_run(name.substr(0, end))) files.push_back(entry.path());
  }
  return files;
}

void remove_file(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);
  require(!error, "cannot remove '{}': {}", path.string(), error.message());
}

/// Removes the files of an earlier run, config.json first: what is left of a run half removed does not look like one.
void remove_run(const fs::path& folder) {
  remove_file(folder / config_file);
  for (const fs::path& file : files_of_run(folder)) remove_file(file);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  require(!error && fs::is_directory(folder), "cannot make the run directory '{}': {}", folder.string(),
          error ? error.message() : "a file of that name is in the way");
}

bool ends_within_line(int descriptor) {
  const off_t size = ::lseek(descriptor, 0, SEEK_END);
  char last = '\n';
  return size > 0 && ::pread(descriptor, &last, 1, size - 1) == 1 && last != '\n';
}

/// In one write at the end of the file, so that lines of two writers never mix. A line that an interrupted writer left
/// unfinished is ended first.
void append_line(const fs::path& path, std::string_view text) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  require(file.get() >= 0, "cannot write '{}': {}", path.string(), std::strerror(errno));
  const std::string line = fmt::format("{}{}\n", ends_within_line(file.get()) ? "\n" : "", text);
  const ssize_t written = ::write(file.get(), line.data(), line.size());
  require(written >= 0, "cannot write '{}': {}", path.string(), std::strerror(errno));
  require(std::cmp_equal(written, line.size()), "cannot write '{}': {}", path.string(), std::strerror(ENOSPC));
}

std::string read_if_there(const fs::path& path) { return fs::exists(path) ? read_file(path, max_log_bytes) : ""; }

}  // namespace

RunDirectory::RunDirectory(fs::path path, Config config, Vocabulary source, Vocabulary target)
    : path_(std::move(path)), config_(std::move(config)), source_(std::move(source)), target_(std::move(target)) {}

void RunDirectory::require_apart(const fs::path& path, std::span<const fs::path> files) {
  std::vector<fs::path> own = files_of_run(path);
  own.push_back(RunLock::path(path));
  for (const fs::path& file : files) {
    for (const fs::path& mine : own) {
      std::error_code ignored;  // of a file that is not there
      require(
          !fs::equivalent(file, mine, ignored),
          "'{}' is an input, and as '{}' a file of the run that is to be written; copy it to another folder, or choose "
          "another run directory (--out)",
          file.string(), mine.string());
    }
  }
}

void RunDirectory::require_free(const fs::path& path) {
  const std::vector<fs::path> files = files_of_run(path);
  require(files.empty(),
          "the run directory '{}' holds a run already ({}); go on with it (--resume), replace it (--overwrite), or "
          "choose another (--out)",
          path.string(), files.empty() ? "" : files.front().filename().string());
}

RunDirectory RunDirectory::create(const fs::path& path, const Config& config, const Vocabulary& source,
                                  const Vocabulary& target, bool overwrite, const CorpusParts& parts) {
  make_folder(path);
  if (overwrite) {
    remove_run(path);
  } else {
    require_free(path);
  }
  save_vocabularies(path, source, target);
  write_part(path / train_file, parts.train);
  write_part(path / valid_file, parts.valid);
  write_part(path / test_file, parts.test);
  RunDirectory run(path, config, source, target);
  run.set_config(config);
  return run;
}

RunDirectory RunDirectory::open(const fs::path& path) {
  std::error_code ignored;
  require(fs::is_directory(path, ignored), "there is no run directory '{}'; make one with `weft-nmt train --out {}`",
          path.string(), path.string());
  for (const char* name : {config_file, source_file, target_file}) {
    require(fs::exists(path / name, ignored), "'{}' is no run directory: it has no {}; train one with `weft-nmt train`",
            path.string(), name);
  }
  const fs::path config_path = path / config_file;
  const Config config = config_from_json(read_file(config_path, max_config_bytes), config_path.string());
  Vocabularies vocabularies = load_vocabularies(path, config);
  return {path, config, std::move(vocabularies.source), std::move(vocabularies.target)};
}

void RunDirectory::set_config(const Config& config) {
  validate(config);
  write_file(path_ / config_file, to_json(config));
  config_ = config;
}

CorpusParts RunDirectory::parts() const {
  return {read_part(path_ / train_file), read_part(path_ / valid_file), read_part(path_ / test_file)};
}

/// The checkpoint is complete before a name points to it, and older ones go after the names have left them: a run that
/// is stopped anywhere in between can be resumed. `best` comes before `latest`, from where training goes on: it would
/// not find the epoch to be the best once more, and do what is left to do.
void RunDirectory::save(const Checkpoint& checkpoint, bool best, std::size_t keep) {
  const std::string name = checkpoint_name(checkpoint.state.step);
  write(file_of(name), checkpoint);
  if (best) write_file(path_ / best_file, name + "\n");
  write_file(path_ / latest_file, name + "\n");
  prune(keep);
}

void RunDirectory::prune(std::size_t keep) const {
  std::set<std::string> wanted = {resolve(latest_file)};
  if (fs::exists(path_ / best_file)) wanted.insert(resolve(best_file));
  std::vector<std::string> names = checkpoints();
  names.resize(names.size() - std::min(keep, names.size()));
  for (const std::string& name : names) {
    if (!wanted.contains(name)) remove_file(file_of(name));
  }
  for (const fs::path& file : unfinished_files(path_)) remove_file(file);
}

std::string RunDirectory::checkpoint_name(std::int64_t step) { return fmt::format("{}{}", checkpoint_prefix, step); }

std::vector<std::string> RunDirectory::checkpoints() const {
  std::vector<std::int64_t> steps;
  for (const fs::path& file : files_of_run(path_)) {
    const std::string name = file.filename().string();
    if (!name.ends_with(checkpoint_suffix)) continue;
    if (const auto step = step_of(without_suffix(name))) steps.push_back(*step);
  }
  std::ranges::sort(steps);
  std::vector<std::string> names;
  for (const std::int64_t step : steps) names.push_back(checkpoint_name(step));
  return names;
}

fs::path RunDirectory::file_of(std::string_view checkpoint) const {
  return path_ / fmt::format("{}{}", checkpoint, checkpoint_suffix);
}

void RunDirectory::save_average(const Checkpoint& average) { write(file_of(averaged), average); }

void RunDirectory::write(const fs::path& file, const Checkpoint& checkpoint) const {
  Metadata metadata = to_metadata(checkpoint.state);
  metadata.merge(provenance_of(config_, source_, target_));
  save_safetensors(file, checkpoint.variables, metadata);
}

bool RunDirectory::has_average() const { return fs::exists(file_of(averaged)); }

bool RunDirectory::is_average(std::string_view which) { return without_suffix(which) == averaged; }

bool RunDirectory::has_checkpoint() const { return !checkpoints().empty(); }

std::string RunDirectory::resolve(std::string_view which) const {
  const std::vector<std::string> names = checkpoints();
  require(!names.empty(),
          "the run directory '{}' holds no checkpoint; train it with `weft-nmt train --resume --out {}`",
          path_.string(), path_.string());
  std::string name(without_suffix(which));
  if (name == averaged) {
    require(has_average(),
            "the run directory '{}' has no average of checkpoints; make one with `weft-nmt average --run {}`",
            path_.string(), path_.string());
    return name;
  }
  if (which == latest_file || which == best_file) {
    const fs::path pointer = path_ / which;
    require(fs::exists(pointer), "'{}' is missing; name a checkpoint: {}", pointer.string(), joined(names, ", "));
    name = read_file(pointer, max_name_bytes);
    while (!name.empty() && (name.back() == '\n' || name.back() == '\r')) name.pop_back();
    require(std::ranges::find(names, name) != names.end(), "'{}' names {}, which is not there; name a checkpoint: {}",
            pointer.string(), weft::quoted(name), joined(names, ", "));
  }
  require(std::ranges::find(names, name) != names.end(),
          "there is no checkpoint {} in '{}'; there are: latest, best, {}{}", weft::quoted(which), path_.string(),
          joined(names, ", "), has_average() ? ", averaged" : "");
  return name;
}

fs::path RunDirectory::checkpoint_path(std::string_view which) const { return file_of(resolve(which)); }

Checkpoint RunDirectory::load(std::string_view which) const {
  const std::string name = resolve(which);
  auto [checkpoint, trained] = read(name);
  if (checkpoint.says_provenance) {
    try {
      check_provenance(trained, provenance_of(config_, source_, target_), path_);
    } catch (const Error& error) {
      fail("{}: {}", file_of(name).string(), error.what());
    }
  }
  return checkpoint;
}

/// The checkpoint of that name, and what it was trained with.
std::pair<Checkpoint, Metadata> RunDirectory::read(const std::string& name) const {
  const fs::path path = file_of(name);
  try {
    Safetensors file = load_safetensors(path);
    try {
      const bool says_provenance = format_version(file.metadata) > 1;
      Metadata trained = says_provenance ? take_provenance(file.metadata) : Metadata();
      return {{std::move(file.tensors), from_metadata(file.metadata), says_provenance}, std::move(trained)};
    } catch (const Error& error) {
      fail("{}: {}", path.string(), error.what());
    }
  } catch (const Error& error) {
    std::vector<std::string> others = checkpoints();
    std::erase(others, name);
    if (others.empty()) fail("{}; there is no other checkpoint, so train again", error.what());
    fail("{}; use another checkpoint: {}", error.what(), joined(others, ", "));
  }
}

void RunDirectory::log(std::string_view json_line) const { append_line(path_ / log_file, json_line); }
void RunDirectory::add_samples(std::string_view json_line) const { append_line(path_ / samples_file, json_line); }

std::string RunDirectory::read_log() const { return read_if_there(path_ / log_file); }
std::string RunDirectory::read_samples() const { return read_if_there(path_ / samples_file); }

void RunDirectory::write_graph(std::string_view json) const { write_file(path_ / graph_file, json); }

std::shared_ptr<const onednn::KernelSelection> RunDirectory::kernels() const {
  if (config_.training.kernels == default_kernels) return nullptr;
  try {
    return std::make_shared<const onednn::KernelSelection>(onednn::KernelSelection::load(kernels_path()));
  } catch (const Error& error) {
    fail("{}; the run was trained by that table (--kernels {}): put it back as it was, or train again (--overwrite)",
         error.what(), config_.training.kernels);
  }
}

bool RunDirectory::has_kernels() const { return fs::exists(kernels_path()); }

fs::path RunDirectory::kernels_path() const { return path_ / kernels_file; }

void RunDirectory::write_kernels(const onednn::KernelSelection& selection) const {
  write_file(kernels_path(), selection.to_json());
}

}  // namespace weft::nmt

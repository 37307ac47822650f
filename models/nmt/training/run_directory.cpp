#include "models/nmt/training/run_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/number_text.h"
#include "graph/base/quote.h"
#include "models/nmt/training/kernel_choice.h"
#include "models/nmt/training/provenance.h"
#include "models/nmt/training/vocabulary_files.h"
#include "models/training/run/log_records.h"
#include "models/training/run/run_files.h"
#include "models/training/run/training_log.h"

namespace weft::nmt {
namespace {

namespace fs = std::filesystem;

constexpr const char* config_file = "config.json";
constexpr const char* source_file = "vocab.source.txt";
constexpr const char* target_file = "vocab.target.txt";
constexpr const char* train_ids_file = "train.ids";
constexpr const char* valid_ids_file = "valid.ids";
constexpr const char* samples_file = "samples.jsonl";
constexpr const char* graph_file = "graph.json";
constexpr const char* kernels_file = "kernels.json";

// Versions of checkpoints.
constexpr std::int64_t written_version = 2;
constexpr std::int64_t says_provenance = 2;  ///< the first that does (provenance.h)

constexpr std::uint64_t max_config_bytes = std::uint64_t{1} << 20;

// ---- Checkpoints.

/// Checkpoints of version 0.1.0 do not say which epoch was best: what comes next is measured against this one.
void upgrade(Metadata& metadata) {
  const auto epoch = metadata.find("epoch");
  if (epoch != metadata.end() && !metadata.contains("best_epoch") && !metadata.contains("best_valid_bleu")) {
    metadata["best_epoch"] = epoch->second;
    metadata["best_valid_bleu"] = number_text(0.0);
  }
  metadata.try_emplace("worse_epochs", "0");
  metadata.try_emplace("cuts", "0");
}

CheckpointFolder checkpoint_folder(const fs::path& path, const Config& config, const Vocabulary& source,
                                   const Vocabulary& target) {
  const Metadata provenance = provenance_of(config, source, target);
  return CheckpointFolder(
      path,
      {.program = "weft-nmt",
       .version = written_version,
       .says_provenance = says_provenance,
       .measures = {valid_loss, valid_bleu},
       .upgrade = upgrade,
       .provenance = provenance,
       .check_provenance = [=](const Metadata& trained) { check_provenance(trained, provenance, path); }},
      {.train = fmt::format("train it with `weft-nmt train --resume --out {}`", path.string()),
       .average = fmt::format("make one with `weft-nmt average --run {}`", path.string())});
}

// ---- The folder.

bool is_file_of_run(const std::string& name) {
  static const std::set<std::string> names = [] {
    std::set<std::string> all = {config_file,  log_file,       samples_file,  graph_file,
                                 kernels_file, train_ids_file, valid_ids_file};
    for (const Part part : all_parts) all.insert(part_file(part));
    for (const std::string& name : vocabulary_file_names()) all.insert(name);
    return all;
  }();
  return names.contains(name) || CheckpointFolder::is_own(name);
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

/// Removes the files of an earlier run, config.json first: what is left of a run half removed does not look like one.
void remove_run(const fs::path& folder) {
  remove_file(folder / config_file);
  for (const fs::path& file : files_of_run(folder)) remove_file(file);
}

}  // namespace

RunDirectory::RunDirectory(const fs::path& path, Config config, Vocabulary source, Vocabulary target)
    : CheckpointFolder(checkpoint_folder(path, config, source, target)),
      config_(std::move(config)),
      source_(std::move(source)),
      target_(std::move(target)) {}

RunLock lock_run(const fs::path& run) {
  return RunLock(run, {.name = "weft-nmt train", .elsewhere = "choose another directory (--out)"});
}

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
                                  const Vocabulary& target, bool overwrite, PartFiles* parts) {
  make_run_folder(path);
  if (overwrite) {
    remove_run(path);
  } else {
    require_free(path);
  }
  save_vocabularies(path, source, target);
  if (parts != nullptr) parts->commit();
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
  write_file(path() / config_file, to_json(config));
  config_ = config;
  CheckpointFolder::operator=(checkpoint_folder(path(), config_, source_, target_));
}

std::vector<Pair> RunDirectory::test_pairs() const {
  const fs::path file = pairs_path(Part::test);
  return fs::exists(file) ? read_corpus(file.string()).pairs : std::vector<Pair>{};
}

fs::path RunDirectory::ids_path(Part part) const {
  check_invariant(part != Part::test, "what is tested on is not kept as ids");
  return path() / (part == Part::train ? train_ids_file : valid_ids_file);
}

void RunDirectory::clear_unfinished(const fs::path& path) { remove_unfinished(path, is_file_of_run); }

void RunDirectory::add_samples(std::string_view json_line) const { append_line(path() / samples_file, json_line); }

std::string RunDirectory::read_samples() const { return read_log(path() / samples_file); }

void RunDirectory::write_graph(std::string_view json) const { write_file(path() / graph_file, json); }

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

fs::path RunDirectory::kernels_path() const { return path() / kernels_file; }

void RunDirectory::write_kernels(const onednn::KernelSelection& selection) const {
  write_file(kernels_path(), selection.to_json());
}

}  // namespace weft::nmt

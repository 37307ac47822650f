#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "graph/base/file.h"
#include "graph/io/safetensors.h"
#include "models/nmt/config/settings.h"
#include "models/nmt/network/parameters.h"
#include "models/nmt/training/run_directory.h"
#include "models/training/run/training_log.h"
#include "models/training/run/weights.h"
#include "tests/fuzz/harness.h"
#include "tests/temporary_folder.h"

// Run directories, in which any file may be damaged. An input is the files one behind the other, each after a line
// "==== name". All that the commands read of a run is read.

namespace weft::fuzz {
namespace {

using namespace nmt;
namespace fs = std::filesystem;

constexpr std::string_view mark = "\n==== ";

/// Known names alone, so that no input leaves the folder.
constexpr std::string_view names[] = {"config.json",
                                      "vocab.source.txt",
                                      "vocab.target.txt",
                                      "subwords.source.model",
                                      "subwords.target.model",
                                      "subwords.sha256",
                                      "train.tsv",
                                      "valid.tsv",
                                      "test.tsv",
                                      "checkpoint-7.safetensors",
                                      "checkpoint-9.safetensors",
                                      "averaged.safetensors",
                                      "latest",
                                      "best",
                                      "log.jsonl",
                                      "samples.jsonl",
                                      "kernels.json"};

void write(const fs::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
}

void unpack(std::string_view input, const fs::path& folder) {
  while (!input.empty()) {
    if (input.starts_with(mark)) input.remove_prefix(mark.size());
    const std::size_t end_of_name = std::min(input.find('\n'), input.size());
    const std::string_view name = input.substr(0, end_of_name);
    input.remove_prefix(std::min(end_of_name + 1, input.size()));
    const std::size_t end = std::min(input.find(mark), input.size());
    if (std::ranges::find(names, name) != std::end(names)) write(folder / name, input.substr(0, end));
    input.remove_prefix(end);
  }
}

std::string pack(const fs::path& folder) {
  std::string input;
  for (const std::string_view name : names)
    if (fs::exists(folder / name)) input += std::string(mark) + std::string(name) + "\n" + read_file(folder / name);
  return input;
}

/// The weights of a checkpoint are those of the config, or it is refused.
void load_checkpoint(const RunDirectory& run, std::string_view which) {
  const auto checkpoint = accepted([&] { return run.load(which); });
  if (!checkpoint) return;
  expect(checkpoint->state.step >= 0 && checkpoint->state.epoch >= 0, "step {} of epoch {}", checkpoint->state.step,
         checkpoint->state.epoch);
  accepted([&] { return load_weights(parameters_graph(run.config().model), checkpoint->variables); });
}

void run(std::string_view input) {
  static const test::TemporaryFolder folder;
  for (const std::string_view name : names) ::unlink((folder / name).c_str());
  unpack(input, folder.path);
  const auto run = accepted([&] { return RunDirectory::open(folder.path); });
  if (!run) return;
  validate(run->config());
  expect(std::cmp_equal(run->source().size(), run->config().model.source_vocabulary) &&
             std::cmp_equal(run->target().size(), run->config().model.target_vocabulary),
         "the vocabularies have {} and {} ids, the model {} and {}", run->source().size(), run->target().size(),
         run->config().model.source_vocabulary, run->config().model.target_vocabulary);
  for (const std::string_view which : {"latest", "best", "checkpoint-7", "averaged"}) load_checkpoint(*run, which);
  accepted([&] {
    std::size_t pairs = 0;
    for (const Part part : all_parts) run->pairs(part)([&](const Pair&) { ++pairs; });
    return pairs;
  });
  accepted([&] { return run->kernels(); });
  read_log(run->path() / "log.jsonl");
  run->read_samples();
}

Checkpoint checkpoint(const Config& config, std::int64_t step) {
  Checkpoint result;
  const Graph graph = parameters_graph(config.model);
  for (const Value parameter : graph.parameters()) result.variables[parameter.name()] = Tensor(parameter.type());
  result.state.step = step;
  result.state.epoch = 1;
  return result;
}

/// Checksums keep mutations from going deeper: this one has none.
void remove_checksum(const fs::path& path) {
  std::string content = read_file(path);
  content.replace(content.find("weft.checksum"), 4, "else");
  write(path, content);
}

std::string run_of(Config config) {
  const test::TemporaryFolder folder;
  const std::vector<std::string> sentences{"<start> je suis là . <end>", "<start> je vois . <end>"};
  std::vector<std::string> plain{"je suis là .", "je vois ."};
  WordCounts counts;
  for (const std::string& sentence : sentences) counts.add(sentence);
  const auto vocabulary = [&] {
    if (config.subwords == 0) return Vocabulary(counts, std::nullopt, config.normaliser);
    return Vocabulary::of_subwords({config.normaliser, std::make_shared<const SubwordModel>(SubwordModel::train(
                                                           plain, config.subwords, config.subword_model))});
  }();
  config.model.source_vocabulary = config.model.target_vocabulary = static_cast<std::int64_t>(vocabulary.size());
  config.model.embedding = 2;
  config.model.units = 3;
  PartFiles parts(folder.path, {{{"Je suis là.", "I am."}}, {}, {{"Là.", "Here."}}});
  RunDirectory run = RunDirectory::create(folder.path, config, vocabulary, vocabulary, true, &parts);
  run.save(checkpoint(config, 7), true);
  run.save(checkpoint(config, 9), false);
  run.save_average(checkpoint(config, 9));
  remove_checksum(run.checkpoint_path("checkpoint-7"));
  write(folder.path / "log.jsonl", R"({"event":"batch","step":7,"epoch":1,"loss":3.5})");
  run.add_samples(R"({"step":7,"epoch":1,"samples":[]})");
  return pack(folder.path);
}

std::vector<std::string> seeds() {
  Config subwords = preset("best");
  subwords.subwords = 20;
  Config deep = preset("small");
  deep.model.layers = 2;
  deep.model.cell = CellKind::lstm;
  deep.model.self_attention = true;
  return {run_of(preset("small")), run_of(subwords), run_of(deep)};
}

std::vector<std::string> words() {
  std::vector<std::string> words{"weft-nmt checkpoint 1", "<start>\n", "<unk>\n", "checkpoint-7", "checkpoint-9"};
  for (const std::string_view name : names) words.push_back(std::string(mark) + std::string(name) + "\n");
  for (const Setting& setting : settings()) words.push_back("\"" + std::string(setting.name) + "\": ");
  return words;
}

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz

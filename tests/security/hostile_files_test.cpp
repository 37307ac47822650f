#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "backends/onednn/products/kernel_selection.h"
#include "graph/io/json.h"
#include "graph/io/safetensors.h"
#include "graph/io/text.h"
#include "models/nmt/config/config.h"
#include "models/nmt/data/corpus.h"
#include "models/nmt/text/vocabulary.h"
#include "models/nmt/training/run_directory.h"
#include "models/nmt/training/sample_log.h"
#include "models/training/run/training_log.h"
#include "ops/ops.h"
#include "tests/temporary_folder.h"

// What docs/security.md says of files that mean harm, as far as no other test holds to it.

using namespace weft;
using namespace weft::nmt;
using namespace weft::test;
namespace fs = std::filesystem;

namespace {

bool is_plain(std::string_view message) {
  return std::ranges::none_of(message, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || static_cast<unsigned char>(c) == 0x7F;
  });
}

/// The message of the Error, which there must be and which a terminal may show.
template <typename Read>
void refused_in_plain_text(const Read& read) {
  const std::string message = message_of(read);
  CAPTURE(message);
  CHECK(message != "no error");
  CHECK(is_plain(message));
  CHECK(message.size() < 2000);
}

/// Clears a terminal, rings its bell, and would go on for long.
std::string evil() { return "\x1B[2J\x07" + std::string(100'000, 'x'); }

RunDirectory make_run(const fs::path& path) {
  WordCounts counts;
  counts.add("<start> je suis <end>");
  const Vocabulary words(counts);
  Config config = preset("small");
  config.model.source_vocabulary = config.model.target_vocabulary = static_cast<std::int64_t>(words.size());
  config.model.embedding = 2;
  config.model.units = 3;
  return RunDirectory::create(path, config, words, words, true);
}

}  // namespace

TEST_CASE("what a file holds is shown as text a terminal can show, and not all of it") {
  const TemporaryFolder folder;
  const std::string name = evil();
  refused_in_plain_text([&] { parse_text("graph \"g\" {\n%x = " + name + "() : f32[]\n}", all_ops()); });
  refused_in_plain_text([&] { from_json("{\"" + name + "\": 1}", all_ops()); });
  refused_in_plain_text([&] { parse_text("graph \"g\" {\n%\"\\x1b[2J\" = exp() : f32[]\n}", all_ops()); });
  refused_in_plain_text([&] { from_json(name, all_ops()); });
  for (const char* op : {"exp", "e\\u007fxp"}) {
    refused_in_plain_text([&] {
      from_json("{\"format\": \"weft-graph\", \"version\": 1, \"name\": \"g\", \"nodes\": [{\"name\": \"\\u001b[2J" +
                    std::string(5000, 'x') + "\", \"op\": \"" + op +
                    "\", \"scope\": \"\", \"operands\": [], \"attributes\": {}, \"results\": []}], \"outputs\": [], "
                    "\"updates\": []}",
                all_ops());
    });
  }
  refused_in_plain_text([&] { from_safetensors(name, "file"); });
  refused_in_plain_text([&] { config_from_json("{\"" + name + "\": 1}", "config.json"); });
  refused_in_plain_text([&] { config_from_json("{\"units\": \"" + name + "\"}", "config.json"); });
  refused_in_plain_text([&] { onednn::KernelSelection::from_json("{\"" + name + "\": 1}", "kernels.json"); });
  refused_in_plain_text([&] { read_corpus(folder.write("corpus.tsv", name)); });
  refused_in_plain_text([&] { Vocabulary::load(folder.write("vocabulary", name + "\n" + name + "\n")); });
}

TEST_CASE("a run's `latest` and `best` lead to checkpoints of the run alone") {
  const TemporaryFolder folder;
  RunDirectory run = make_run(folder.path / "run");
  RunDirectory other = make_run(folder.path / "other");
  Checkpoint checkpoint;
  checkpoint.state.step = 1;
  run.save(checkpoint, true);
  other.save(checkpoint, true);
  for (const char* name :
       {"../other/checkpoint-1", "/etc/passwd", "checkpoint-1/../../other/checkpoint-1", "averaged", ""}) {
    CAPTURE(name);
    write_file(folder.path / "run" / "latest", name);
    CHECK(contains(message_of([&] { run.load("latest"); }), "which is not there"));
  }
}

TEST_CASE("a log may say anything, and be nested however deeply") {
  const std::string deep(200'000, '[');
  CHECK(parse_training_log("{\"event\":\"epoch\",\"step\":1,\"epoch\":1,\"loss\":1e999}\n" + deep + "\n").unreadable >=
        1);
  CHECK(parse_samples("{\"step\":1,\"epoch\":1,\"samples\":" + deep + "\n").unreadable == 1);
}

TEST_CASE("settings may not be nested, nor numbers be beyond all bounds") {
  CHECK(contains(message_of([] { config_from_json("{\"units\": " + std::string(200'000, '['), "config.json"); }),
                 "config.json: "));
  CHECK(contains(message_of([] { config_from_json("{\"learning-rate\": 1e999}", "config.json"); }), "config.json: "));
  CHECK(contains(message_of([] { config_from_json("{\"units\": 9223372036854775808}", "config.json"); }),
                 "config.json: "));
}

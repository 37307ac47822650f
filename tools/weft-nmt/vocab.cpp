#include "models/nmt/vocabulary_figures.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/data.h"
#include "tools/weft-nmt/output.h"

namespace weft::nmt {
namespace {

constexpr const char* kExamples = R"(Examples:
  weft-nmt vocab --data fra.txt
  weft-nmt vocab --data fra.txt --limit 50000 | jq .
  weft-nmt vocab --data fra.txt --normaliser reversible | jq .french.sentences_restored_to_the_byte)";

struct VocabOptions {
  std::string data;
  std::int64_t limit = 0;
  Normaliser normaliser = Normaliser::tutorial;
};

void show(const VocabOptions& options) {
  print(vocabulary_figures(load_pairs(options.data, options.limit, say), options.normaliser) + "\n");
}

}  // namespace

void add_vocab(tool::Program& program) {
  const tool::Command command =
      program.command("vocab", "Print what a normaliser makes of a corpus: sizes, frequent words, checksums, as JSON");
  command.footer(kExamples);
  auto options = std::make_shared<VocabOptions>();
  command.option("--data", options->data, "The corpus, one pair a line: English TAB French").required().value("FILE");
  command.option("--limit", options->limit, "Pairs to read; 0: all").not_negative().value("N").show_default();
  const std::vector<std::string_view> normalisers = normaliser_names();
  command
      .on_text(
          "--normaliser", [options](const std::string& name) { options->normaliser = find_normaliser(name); },
          "How a sentence becomes words")
      .one_of({normalisers.begin(), normalisers.end()})
      .value("NAME")
      .show_default("tutorial");
  command.action([options] { show(*options); });
}

}  // namespace weft::nmt

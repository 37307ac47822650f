#include "models/nmt/vocabulary_figures.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/data.h"
#include "tools/weft-nmt/output.h"

namespace weft::nmt {
namespace {

constexpr const char* kExamples = R"(Examples:
  weft-nmt vocab --data fra.txt
  weft-nmt vocab --data fra.txt --limit 50000 | jq .)";

struct VocabOptions {
  std::string data;
  std::int64_t limit = 0;
};

int show(const VocabOptions& options) {
  print(vocabulary_figures(load_pairs(options.data, options.limit, say)) + "\n");
  return kDone;
}

}  // namespace

Command vocab_command(CLI::App& tool) {
  CLI::App* app = tool.add_subcommand(
      "vocab", "Print what the tutorial's normaliser makes of a corpus: sizes, frequent words, checksums, as JSON");
  app->footer(kExamples);
  auto options = std::make_shared<VocabOptions>();
  app->add_option("--data", options->data, "The corpus, one pair a line: English TAB French")
      ->required()
      ->type_name("FILE");
  app->add_option("--limit", options->limit, "Pairs to read; 0: all")
      ->check(CLI::NonNegativeNumber.description(""))
      ->type_name("N")
      ->capture_default_str();
  return {app, [options] { return show(*options); }};
}

}  // namespace weft::nmt

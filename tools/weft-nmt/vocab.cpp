#include <memory>

#include "models/nmt/data/vocabulary_figures.h"
#include "models/nmt/training/preparation.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/setting_options.h"

namespace weft::nmt {
namespace {

constexpr const char* vocab_examples = R"(Examples:
  weft-nmt vocab --data fra.txt
  weft-nmt vocab --data fra.txt --limit 50000 | jq .
  weft-nmt vocab --data fra.txt --normaliser reversible | jq .french.sentences_restored_to_the_byte
  weft-nmt vocab --data deu.txt --source-language de | jq .german.vocabulary_size_with_padding)";

struct VocabOptions {
  std::string data;
  std::int64_t limit = 0;
  SettingValues settings;
};

void show(const VocabOptions& options) {
  const Config config = with_settings(Config{}, options.settings);
  const CorpusFormat format = corpus_format(config);
  const Corpus corpus = load_corpus(options.data, options.limit, format, say);
  warn_of_losses(corpus, config.normaliser, options.data, format, say);
  print(vocabulary_figures(corpus.pairs, config.source_language, config.target_language, config.normaliser) + "\n");
}

}  // namespace

void add_vocab(tool::Program& program) {
  const tool::Command command =
      program.command("vocab", "Print what a normaliser makes of a corpus, as JSON: sizes, words, checksums");
  command.footer(vocab_examples);
  auto options = std::make_shared<VocabOptions>();
  command
      .option("--data", options->data, "The corpus, one pair a line: the target sentence, a tab, the source sentence")
      .required()
      .value("FILE");
  for (const char* name : {"source-language", "target-language", "columns", "normaliser"}) {
    add_setting_option(command, name, options->settings);
  }
  command.option("--limit", options->limit, "Pairs to read; 0: all").not_negative().value("N").show_default();
  command.action([options] { show(*options); });
}

}  // namespace weft::nmt

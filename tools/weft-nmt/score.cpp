#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/data.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/precision_option.h"
#include "tools/weft-nmt/search_options.h"

namespace weft::nmt {
namespace {

constexpr const char* kExamples = R"(Examples:
  weft-nmt score --run runs/small pairs.tsv
  weft-nmt score --run runs/small runs/small/test.tsv | sort -g | head     the least probable ones
  weft-nmt score --run runs/a --run runs/b pairs.tsv                       for an ensemble

A line of the file is a pair: English, a tab, French. For each the output has a line of three columns, with tabs between:
the log probability (natural) of the English as a translation of the French; that divided by the number of tokens, <end>
counted; and each token with its log probability, "i -0.31 am -0.02 . -0.11 <end> -0.001". Words that the model does not
know count as <unk>; a model of subwords lists pieces. The mean over all tokens is said on standard error.)";

struct ScoreCommandOptions {
  EnsembleOptions ensemble;
  TranslatorOptions search;
  std::string pairs;
};

std::string line(const Translation& translation) {
  const std::size_t count = translation.target_words.size();
  std::string text = fmt::format("{:.6f}\t{:.6f}\t", translation.log_probability,
                                 count == 0 ? 0.0 : translation.log_probability / static_cast<double>(count));
  for (std::size_t i = 0; i < count; ++i) {
    text += fmt::format("{}{} {:.6f}", i == 0 ? "" : " ", translation.target_words[i],
                        static_cast<double>(translation.log_probabilities[i]));
  }
  return text + "\n";
}

void score(const ScoreCommandOptions& options) {
  const LoadedEnsemble ensemble = load_ensemble(options.ensemble);
  std::vector<std::string> sources;
  std::vector<std::string> targets;
  for (Pair& pair : load_pairs(options.pairs, 0, say)) {
    sources.push_back(std::move(pair.source));
    targets.push_back(std::move(pair.target));
  }
  Translator translator = ensemble.translator(options.search);
  std::string output;
  double sum = 0;
  std::size_t tokens = 0;
  for (const Translation& translation : translator.score(sources, targets)) {
    output += line(translation);
    sum += translation.log_probability;
    tokens += translation.target_words.size();
  }
  print(output);
  if (tokens == 0) return;
  const double mean = sum / static_cast<double>(tokens);
  say(fmt::format("{} translations, {} tokens; log probability {:.4f} a token (perplexity {:.3f})", sources.size(),
                  tokens, mean, std::exp(-mean)));
}

}  // namespace

void add_score(tool::Program& program) {
  const tool::Command command = program.command("score", "Tell how probable given translations are");
  command.footer(kExamples);
  auto options = std::make_shared<ScoreCommandOptions>();
  add_ensemble_options(command, options->ensemble);
  add_batch_option(command, options->search.batch, "Sentences to score at once; changes no figure");
  add_precision_option(command, options->search.precision);
  command.option("PAIRS", options->pairs, "The pairs: English, a tab, French").required().value("");
  command.action([options] { score(*options); });
}

}  // namespace weft::nmt

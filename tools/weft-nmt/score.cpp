#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "graph/base/counted.h"
#include "models/nmt/training/preparation.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/input_lines.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/precision_option.h"
#include "tools/weft-nmt/program_memory_option.h"
#include "tools/weft-nmt/search_options.h"
#include "tools/weft-nmt/setting_options.h"

namespace weft::nmt {
namespace {

constexpr const char* score_examples = R"(Examples:
  weft-nmt score --run runs/small pairs.tsv
  weft-nmt score --run runs/small runs/small/test.tsv | sort -g | head     the least probable ones
  weft-nmt score --run runs/a --run runs/b pairs.tsv                       for an ensemble

A line of the file is a pair: the translation, a tab, the source sentence. For each the output has a line of three
columns, with tabs between: the log probability (natural) of the translation; that divided by the number of tokens, <end>
counted; and each token with its log probability, "i -0.31 am -0.02 . -0.11 <end> -0.001". Words that the model does not
know count as <unk>; a model of subwords lists pieces. The mean over all tokens is said on standard error. Lines of the
output are those of the file: an empty line (or a header) gives an empty one, a line that is no pair or cannot be scored
"nan TAB nan TAB <bad line>"; then the exit status is 1, with --skip-bad 0.)";

struct ScoreCommandOptions {
  EnsembleOptions ensemble;
  TranslatorOptions search;
  std::string pairs;
  SettingValues format;
  bool skip_bad = false;
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

/// The pairs of a file as they can be scored, and what each line of the file gives.
struct ScoredLines {
  std::vector<std::string> sources;
  std::vector<std::string> targets;
  std::vector<LineKind> kinds;  ///< of each line; as many are pairs as there are sources
};

ScoredLines read_lines(const ScoreCommandOptions& options, const RunDirectory& run, BadLines& bad) {
  Corpus corpus = load_corpus(options.pairs, 0, other_format(run.config(), options.format), say);
  ScoredLines lines{{}, {}, std::move(corpus.lines)};
  auto pair = corpus.pairs.begin();
  for (std::size_t i = 0; i < lines.kinds.size(); ++i) {
    if (lines.kinds[i] == LineKind::malformed) bad.count();
    if (lines.kinds[i] != LineKind::pair) continue;
    try {
      check_sentence(pair->source, run.source().tokeniser());
      check_sentence(pair->target, run.target().tokeniser());
      lines.sources.push_back(std::move(pair->source));
      lines.targets.push_back(std::move(pair->target));
    } catch (const Error& error) {
      bad.add(i + 1, error.what());
      lines.kinds[i] = LineKind::malformed;
    }
    ++pair;
  }
  return lines;
}

int score(const ScoreCommandOptions& options) {
  const LoadedEnsemble ensemble = load_ensemble(options.ensemble);
  BadLines bad(options.pairs);
  const ScoredLines lines = read_lines(options, ensemble.first().run, bad);
  Translator translator = ensemble.translator(options.search);
  const std::vector<Translation> translations = translator.score(lines.sources, lines.targets);
  std::string output;
  double sum = 0;
  std::size_t tokens = 0;
  UnknownWords unknown;
  auto translation = translations.begin();
  for (const LineKind kind : lines.kinds) {
    if (kind == LineKind::empty) output += "\n";
    if (kind == LineKind::malformed) output += fmt::format("nan\tnan\t{}\n", bad_line);
    if (kind != LineKind::pair) continue;
    output += line(*translation);
    sum += translation->log_probability;
    tokens += translation->target_words.size();
    unknown.add(translation->unknown_words);
    ++translation;
  }
  print(output);
  unknown.warn();
  if (tokens > 0) {
    const double mean = sum / static_cast<double>(tokens);
    say(fmt::format("{}, {}; log probability {:.4f} a token (perplexity {:.3f})",
                    counted(translations.size(), "translation"), counted(tokens, "token"), mean, std::exp(-mean)));
  }
  return bad.finish() || options.skip_bad ? tool::done : tool::failed;
}

}  // namespace

void add_score(tool::Program& program) {
  const tool::Command command = program.command("score", "Tell how probable given translations are");
  command.footer(score_examples);
  auto options = std::make_shared<ScoreCommandOptions>();
  add_ensemble_options(command, options->ensemble);
  add_batch_option(command, options->search.batch, "Sentences to score at once; changes no figure");
  add_precision_option(command, options->search.precision);
  add_program_memory_option(command, options->search.program_memory);
  command.option("PAIRS", options->pairs, "The pairs: the translation, a tab, the source sentence")
      .required()
      .value("");
  add_setting_option(command, "columns", options->format);
  add_skip_bad_option(command, options->skip_bad);
  command.action([options] { return score(*options); });
}

}  // namespace weft::nmt

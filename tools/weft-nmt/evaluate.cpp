#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>

#include "graph/base/counted.h"
#include "graph/base/file.h"
#include "graph/base/json_value.h"
#include "models/nmt/metrics/evaluation.h"
#include "models/nmt/training/kernel_choice.h"
#include "models/nmt/training/preparation.h"
#include "models/nmt/training/translation_task.h"
#include "models/training/mean_loss.h"
#include "models/training/terminal_progress.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/search_options.h"
#include "tools/weft-nmt/setting_options.h"

namespace weft::nmt {
namespace {

constexpr const char* evaluate_examples = R"(Examples:
  weft-nmt evaluate --run runs/small                         the sentences that training kept apart
  weft-nmt evaluate --run runs/small --beam 5 --bootstrap 1000 --by-length
  weft-nmt evaluate --run runs/a --run runs/b --run runs/c --beam 5
  weft-nmt evaluate --run runs/small --test other.tsv --output other.en
  weft-nmt evaluate --run runs/small --json | jq .bleu

BLEU and chrF (0 to 100) compare translations with the target sides after the normalisation that the model was trained
with, word by word; pieces of words are put together first. With --tokenize 13a both are compared as the translations are
printed, which is as people write when the normaliser can be undone (reversible); mteval-v13a finds the words. Models of
different normalisers are compared by --normaliser tutorial, which makes lower-cased words of what each prints. They are
sacreBLEU's figures, and its signature says how they were made. Where pairs share a source sentence, the figures with all
references compare its one translation with all of their target sides. --bootstrap adds where BLEU lies with 95 % for
other sentences of the same kind (Koehn 2004). The loss is the cross entropy of the target side, in nats per token.)";

struct EvaluateOptions {
  EnsembleOptions ensemble;
  TranslatorOptions search;
  std::string test;
  SettingValues format;
  std::string output;
  ScoreSettings scores;
  std::optional<Normaliser> normaliser;  ///< unless the model's
  std::int64_t bootstrap = 0;
  bool by_length = false;
  bool json = false;
};

/// The sentences to measure on, and what they are called.
struct TestSet {
  std::string name;
  std::vector<Pair> pairs;
};

TestSet find_test_set(const RunDirectory& run, const EvaluateOptions& options) {
  TestSet set;
  if (!options.test.empty()) {
    const CorpusFormat format = other_format(run.config(), options.format);
    set = {options.test, load_corpus(options.test, 0, format, say).pairs};
  } else {
    set = {run.pairs_path(Part::test).string(), run.test_pairs()};
    require(!set.pairs.empty(), "the run '{}' keeps no test sentences; give some with --test FILE.tsv",
            run.path().string());
  }
  const Config& config = run.config();
  set.pairs = without_long_pairs(std::move(set.pairs), config.data.max_length, run.source().tokeniser(),
                                 run.target().tokeniser(), say);
  require(!set.pairs.empty(), "'{}' holds no pair of at most {} tokens a side", set.name, config.data.max_length);
  return set;
}

struct Scores {
  double loss = 0;
  SentenceScores one_reference;
  std::optional<SentenceScores> all_references;  ///< if there is a source with several
  std::vector<LengthScores> by_length;
  double sentences_per_second = 0;
};

std::vector<Translation> translate(const LoadedEnsemble& ensemble, const TestSet& set, const EvaluateOptions& options,
                                   double& seconds) {
  std::vector<std::string> sources;
  for (const Pair& pair : set.pairs) sources.push_back(pair.source);
  Translator translator = ensemble.translator(options.search);
  TerminalProgress progress;
  progress.start("Translating", sources.size());
  std::size_t done = 0;
  const auto start = std::chrono::steady_clock::now();
  std::vector<Translation> translations = translator.translate(sources, [&](std::size_t now) {
    progress.update(now - done, 0);
    done = now;
  });
  seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return translations;
}

/// The cross entropy of the references, in nats per token; an ensemble's is of its mean probabilities.
double loss(const LoadedEnsemble& ensemble, const TestSet& set, const EvaluateOptions& options) {
  const RunDirectory& run = ensemble.first().run;
  if (ensemble.models.size() == 1) {
    Config config = run.config();
    config.training.batch = options.search.batch;
    const std::vector<Example> examples = encode(set.pairs, run.source(), run.target());
    return MeanLoss(validation_task(config, examples), ensemble.first().weights, {}, backend_with(run.kernels()),
                    std::make_shared<ProgramCache>(options.search.program_memory))
        .measure();
  }
  std::vector<std::string> sources;
  std::vector<std::string> targets;
  for (const Pair& pair : set.pairs) {
    sources.push_back(pair.source);
    targets.push_back(pair.target);
  }
  double sum = 0;
  std::size_t tokens = 0;
  Translator translator =
      ensemble.translator({.batch = options.search.batch, .program_memory = options.search.program_memory});
  for (const Translation& translation : translator.score(sources, targets)) {
    sum -= translation.log_probability;
    tokens += translation.target_words.size();
  }
  return sum / static_cast<double>(std::max<std::size_t>(tokens, 1));
}

std::string table(const LoadedEnsemble& ensemble, const TestSet& set, const Scores& scores,
                  const EvaluateOptions& options) {
  std::string text;
  const auto row = [&](std::string_view name, const std::string& value) {
    text += fmt::format("{:<16}{}\n", name, value);
  };
  for (const TrainedModel& model : ensemble.models)
    row("model", fmt::format("{}, {} after {}", model.run.path().string(), model.checkpoint,
                             counted(static_cast<std::uint64_t>(model.state.epoch), "epoch")));
  row("test set", fmt::format("{}, {}", set.name, counted(set.pairs.size(), "pair")));
  row("search", describe(options.search));
  row("loss per token", fmt::format("{:.4f}  (perplexity {:.3f})", scores.loss, std::exp(scores.loss)));
  const auto figures = [&](const SentenceScores& of) {
    const Bleu& bleu = of.metrics.bleu;
    row("BLEU",
        fmt::format("{:.2f}  ({:.1f}/{:.1f}/{:.1f}/{:.1f}, brevity penalty {:.3f})", bleu.score, bleu.precisions[0],
                    bleu.precisions[1], bleu.precisions[2], bleu.precisions[3], bleu.brevity_penalty));
    if (of.bleu_interval)
      row("", fmt::format("{:.2f} to {:.2f} with 95 %, by {} samples of bootstrap", of.bleu_interval->low,
                          of.bleu_interval->high, options.bootstrap));
    row("", of.bleu_signature);
    row("chrF2", fmt::format("{:.2f}", of.metrics.chrf));
    row("", of.chrf_signature);
    row("exact matches", fmt::format("{:.1f} %", 100 * of.metrics.exact_match));
  };
  figures(scores.one_reference);
  if (scores.all_references) {
    row("all references", fmt::format("of {} different sentences", scores.all_references->sentences));
    figures(*scores.all_references);
  }
  row("speed",
      fmt::format("{:.1f} sentences/s ({})", scores.sentences_per_second, to_string(options.search.precision)));
  if (!scores.by_length.empty()) {
    text += fmt::format("\n{:<16}{:>10}{:>8}{:>8}{:>8}\n", "source words", "sentences", "BLEU", "chrF2", "exact");
    for (const LengthScores& line : scores.by_length) {
      text +=
          fmt::format("{:<16}{:>10}{:>8.2f}{:>8.2f}{:>6.1f} %\n", fmt::format("{} to {}", line.shortest, line.longest),
                      line.sentences, line.metrics.bleu.score, line.metrics.chrf, 100 * line.metrics.exact_match);
    }
  }
  return text;
}

/// The figures, into the object.
void add_figures(Json& object, const SentenceScores& scores) {
  const Bleu& bleu = scores.metrics.bleu;
  object["bleu"] = bleu.score;
  object["bleu_precisions"] = bleu.precisions;
  object["brevity_penalty"] = bleu.brevity_penalty;
  object["bleu_signature"] = scores.bleu_signature;
  if (scores.bleu_interval)
    object["bleu_interval"] = Json::list({scores.bleu_interval->low, scores.bleu_interval->high});
  object["chrf"] = scores.metrics.chrf;
  object["chrf_signature"] = scores.chrf_signature;
  object["exact_match"] = scores.metrics.exact_match;
}

std::string json(const LoadedEnsemble& ensemble, const TestSet& set, const Scores& scores,
                 const EvaluateOptions& options) {
  const TrainedModel& model = ensemble.first();
  Json object{{"run", model.run.path().string()},   {"checkpoint", model.checkpoint},
              {"epoch", model.state.epoch},         {"test", set.name},
              {"pairs", set.pairs.size()},          {"loss", scores.loss},
              {"perplexity", std::exp(scores.loss)}};
  if (ensemble.models.size() > 1) {
    for (const TrainedModel& each : ensemble.models) object["ensemble"].push_back(each.run.path().string());
  }
  add_figures(object, scores.one_reference);
  if (scores.all_references) {
    Json& all = object["all_references"] = {{"sentences", scores.all_references->sentences}};
    add_figures(all, *scores.all_references);
  }
  for (const LengthScores& line : scores.by_length) {
    object["by_length"].push_back({{"shortest", line.shortest},
                                   {"longest", line.longest},
                                   {"sentences", line.sentences},
                                   {"bleu", line.metrics.bleu.score},
                                   {"chrf", line.metrics.chrf},
                                   {"exact_match", line.metrics.exact_match}});
  }
  object["beam"] = options.search.beam.width;
  object["length_penalty"] = options.search.beam.score.length_penalty;
  object["coverage_penalty"] = options.search.beam.score.coverage_penalty;
  object["precision"] = to_string(options.search.precision);
  object["sentences_per_second"] = scores.sentences_per_second;
  return object.dump(2) + "\n";
}

void evaluate(const EvaluateOptions& options) {
  const LoadedEnsemble ensemble = load_ensemble(options.ensemble);
  const RunDirectory& run = ensemble.first().run;
  const TestSet set = find_test_set(run, options);

  Scores scores;
  scores.loss = loss(ensemble, set, options);
  double seconds = 0;
  std::vector<Translation> translations = translate(ensemble, set, options, seconds);
  scores.sentences_per_second = static_cast<double>(translations.size()) / seconds;
  if (!options.output.empty()) {
    std::string lines;
    for (const Translation& translation : translations) lines += translation.text + "\n";
    write_file(options.output, lines);
  }

  ScoreSettings score_settings = options.scores;
  score_settings.bootstrap = static_cast<std::size_t>(options.bootstrap);
  const BleuTokenizer tokenizer = options.scores.tokenizer;
  const Normaliser normaliser = options.normaliser.value_or(run.config().normaliser);
  if (normaliser != run.config().normaliser) translations = renormalised(std::move(translations), normaliser);
  const ScoredSentences one = with_one_reference(set.pairs, translations, Tokeniser(normaliser), tokenizer);
  scores.one_reference = score_sentences(one, score_settings);
  const ScoredSentences all = with_all_references(one);
  if (all.sources.size() < one.sources.size()) scores.all_references = score_sentences(all, score_settings);
  if (options.by_length) scores.by_length = score_by_length(one, normaliser, tokenizer);
  print(options.json ? json(ensemble, set, scores, options) : table(ensemble, set, scores, options));
}

}  // namespace

void add_evaluate(tool::Program& program) {
  const tool::Command command = program.command("evaluate", "Measure a translator on sentences that it has not seen");
  command.footer(evaluate_examples);
  auto options = std::make_shared<EvaluateOptions>();
  add_ensemble_options(command, options->ensemble);
  command.option("--test", options->test, "Pairs to measure on (default: the run's test.tsv)").value("FILE");
  add_setting_option(command, "columns", options->format);
  add_search_options(command, options->search);
  command
      .on_text(
          "--tokenize", [options](const std::string& name) { options->scores.tokenizer = parse_bleu_tokenizer(name); },
          "What BLEU takes for words: what stands between blanks (none), or what WMT's mteval-v13a finds (13a)")
      .one_of({"none", "13a"})
      .value("NAME")
      .show_default("none");
  const std::vector<std::string_view> normalisers = normaliser_names();
  command
      .on_text(
          "--normaliser", [options](const std::string& name) { options->normaliser = find_normaliser(name); },
          "Compare the words that this one makes of what is printed and of the references (default: the model's)")
      .one_of({normalisers.begin(), normalisers.end()})
      .value("NAME");
  command.option("--bootstrap", options->bootstrap, "Samples for the interval of BLEU; 0: no interval")
      .between(0, 1'000'000)
      .value("N")
      .show_default();
  command.option("--seed", options->scores.seed, "Of those samples").value("N").show_default();
  command.flag("--by-length", options->by_length, "Add the figures by the length of the source, with one reference");
  command.option("--output", options->output, "Write the translations there, one a line").value("FILE");
  command.flag("--json", options->json, "Print the figures as a JSON object");
  command.action([options] { evaluate(*options); });
}

}  // namespace weft::nmt

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "graph/file.h"
#include "models/nmt/metrics.h"
#include "models/nmt/trainer.h"
#include "models/nmt/translator.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/data.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/precision_option.h"
#include "tools/weft-nmt/progress.h"
#include "tools/weft-nmt/run_options.h"

namespace weft::nmt {
namespace {

constexpr const char* kExamples = R"(Examples:
  weft-nmt evaluate --run runs/small                         the sentences that training kept apart
  weft-nmt evaluate --run runs/small --test other.tsv --output other.en
  weft-nmt evaluate --run runs/small --json | jq .bleu

BLEU and chrF (0 to 100) compare greedy translations with the English sides after the normalisation that the model was
trained with, word by word. With --tokenize 13a both are compared as the translations are printed, which is as people
write when the normaliser can be undone (reversible); mteval-v13a finds the words. They are sacreBLEU's figures, and its
signature says how they were made. The loss is the cross entropy of the English side, in nats per token.)";

struct EvaluateOptions {
  RunOptions run;
  std::string test;
  std::string output;
  std::int64_t batch = 64;
  Precision precision = Precision::f32;
  BleuTokenizer tokenizer = BleuTokenizer::none;
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
    set = {options.test, load_pairs(options.test, 0, say)};
  } else {
    CorpusParts parts = run.parts();
    set = {(run.path() / "test.tsv").string(), std::move(parts.test)};
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
  Metrics metrics;
  std::string bleu_signature;
  std::string chrf_signature;
  double sentences_per_second = 0;
  Precision precision = Precision::f32;
};

std::vector<Translation> translate(const TrainedModel& model, const TestSet& set, const EvaluateOptions& options,
                                   double& seconds) {
  const RunDirectory& run = model.run;
  std::vector<std::string> sources;
  for (const Pair& pair : set.pairs) sources.push_back(pair.source);
  Translator translator(run.config(), run.source(), run.target(), model.weights,
                        {.batch = options.batch, .max_length = 0, .precision = options.precision});
  Progress progress;
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

/// What is compared: words as the normaliser makes them, or the text of those words, in which BLEU finds its own.
void score(std::span<const Translation> translations, const TestSet& set, const Tokeniser& tokeniser,
           BleuTokenizer bleu_tokenizer, Scores& scores) {
  const bool of_text = bleu_tokenizer != BleuTokenizer::none;
  std::vector<std::string> hypotheses;
  for (const Translation& translation : translations)
    hypotheses.push_back(of_text ? translation.text : translation.words);
  std::vector<std::vector<std::string>> references;
  for (const Pair& pair : set.pairs) {
    const std::string words = normalised_words(pair.target, tokeniser.normaliser());
    references.push_back({of_text ? tokeniser.text(words) : words});
  }
  scores.metrics = score_translations(hypotheses, references, bleu_tokenizer);
  scores.bleu_signature = bleu_signature(references, bleu_tokenizer);
  scores.chrf_signature = chrf_signature(references);
}

std::string table(const TrainedModel& model, const TestSet& set, const Scores& scores) {
  const Bleu& bleu = scores.metrics.bleu;
  std::string text;
  const auto row = [&](std::string_view name, const std::string& value) {
    text += fmt::format("{:<16}{}\n", name, value);
  };
  row("model", fmt::format("{}, {} after {} epochs", model.run.path().string(), model.checkpoint, model.state.epoch));
  row("test set", fmt::format("{}, {} pairs", set.name, set.pairs.size()));
  row("loss per token", fmt::format("{:.4f}  (perplexity {:.3f})", scores.loss, std::exp(scores.loss)));
  row("BLEU",
      fmt::format("{:.2f}  ({:.1f}/{:.1f}/{:.1f}/{:.1f}, brevity penalty {:.3f})", bleu.score, bleu.precisions[0],
                  bleu.precisions[1], bleu.precisions[2], bleu.precisions[3], bleu.brevity_penalty));
  row("", scores.bleu_signature);
  row("chrF2", fmt::format("{:.2f}", scores.metrics.chrf));
  row("", scores.chrf_signature);
  row("exact matches", fmt::format("{:.1f} %", 100 * scores.metrics.exact_match));
  row("speed", fmt::format("{:.1f} sentences/s ({})", scores.sentences_per_second, to_string(scores.precision)));
  return text;
}

std::string json(const TrainedModel& model, const TestSet& set, const Scores& scores) {
  const Bleu& bleu = scores.metrics.bleu;
  const nlohmann::ordered_json object{{"run", model.run.path().string()},
                                      {"checkpoint", model.checkpoint},
                                      {"epoch", model.state.epoch},
                                      {"test", set.name},
                                      {"pairs", set.pairs.size()},
                                      {"loss", scores.loss},
                                      {"perplexity", std::exp(scores.loss)},
                                      {"bleu", bleu.score},
                                      {"bleu_precisions", bleu.precisions},
                                      {"brevity_penalty", bleu.brevity_penalty},
                                      {"bleu_signature", scores.bleu_signature},
                                      {"chrf", scores.metrics.chrf},
                                      {"chrf_signature", scores.chrf_signature},
                                      {"exact_match", scores.metrics.exact_match},
                                      {"precision", to_string(scores.precision)},
                                      {"sentences_per_second", scores.sentences_per_second}};
  return object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void evaluate(const EvaluateOptions& options) {
  const TrainedModel model = load_model(options.run);
  const RunDirectory& run = model.run;
  const TestSet set = find_test_set(run, options);

  Scores scores;
  Config config = run.config();
  config.training.batch = options.batch;
  const std::vector<Example> examples = encode(set.pairs, run.source(), run.target());
  scores.loss = Validator(config, examples, model.weights).loss();

  double seconds = 0;
  const std::vector<Translation> translations = translate(model, set, options, seconds);
  scores.precision = options.precision;
  scores.sentences_per_second = static_cast<double>(translations.size()) / seconds;
  score(translations, set, run.target().tokeniser(), options.tokenizer, scores);

  if (!options.output.empty()) {
    std::string lines;
    for (const Translation& translation : translations) lines += translation.text + "\n";
    write_file(options.output, lines);
  }
  print(options.json ? json(model, set, scores) : table(model, set, scores));
}

}  // namespace

void add_evaluate(tool::Program& program) {
  const tool::Command command = program.command("evaluate", "Measure a translator on sentences that it has not seen");
  command.footer(kExamples);
  auto options = std::make_shared<EvaluateOptions>();
  add_run_options(command, options->run);
  command.option("--test", options->test, "Pairs to measure on (default: the run's test.tsv)").value("FILE");
  command.option("--batch", options->batch, "Sentences to translate at once")
      .between(1, 4096)
      .value("N")
      .show_default();
  add_precision_option(command, options->precision);
  command
      .on_text(
          "--tokenize", [options](const std::string& name) { options->tokenizer = parse_bleu_tokenizer(name); },
          "What BLEU takes for words: what stands between blanks (none), or what WMT's mteval-v13a finds (13a)")
      .one_of({"none", "13a"})
      .value("NAME")
      .show_default("none");
  command.option("--output", options->output, "Write the translations there, one a line").value("FILE");
  command.flag("--json", options->json, "Print the figures as a JSON object");
  command.action([options] { evaluate(*options); });
}

}  // namespace weft::nmt

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "backends/onednn/threads.h"
#include "models/nmt/training/preparation.h"
#include "models/training/terminal_progress.h"
#include "tools/weft-nmt/bench_report.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/run_options.h"
#include "tools/weft-nmt/setting_options.h"
#include "tools/weft-nmt/threads_option.h"

namespace weft::nmt {
namespace {

constexpr const char* bench_examples = R"(What --measure takes:
  peak      the machine's rate: a product of two packed matrices of 2048 x 2048
  padded    a training step on random sentences without padding
  real      training on the first batches of the sentences (--train and --valid, --data, or --builtin)
  decoding  greedy search: the test part of --run, or without it random sentences with random weights
  latency   one sentence alone: 8 tokens to 7, random weights
  compile   building, differentiating and compiling: the padded shape, and those of the sentences if there are any
  threads   the padded step on one thread and on all of them

What has no sentences takes its sizes and its dropout from the preset tutorial unless --preset is given.

Examples:
  weft-nmt bench --rounds 15
  weft-nmt bench --train train.tsv --valid valid.tsv --batches 100 --json
  weft-nmt bench --measure decoding,latency --decoding-precision f32,int8 --run runs/tutorial
  tools/bench/compare.py --train train.tsv --valid valid.tsv --run runs/tutorial    in turn with PyTorch)";

const std::vector<std::string> all_measures = {"peak", "padded", "real", "decoding", "latency", "compile", "threads"};

struct BenchOptions {
  explicit BenchOptions(const tool::Command& command) : settings(command) {}

  SettingOptions settings;
  std::vector<std::string> measures;
  std::int64_t rounds = 7;
  std::int64_t batches = 100;
  std::string batches_file;
  std::string run;
  std::vector<std::string> precisions = {"f32"};
  ModelShape shape{.rows = 0, .source_length = 19, .target_length = 11};  // rows: --batch
  std::int64_t source_vocabulary = 10267;
  std::int64_t target_vocabulary = 5921;
  bool json = false;
};

bool names_sentences(const SettingValues& given) {
  return std::ranges::any_of(std::vector{"builtin", "data", "train"},
                             [&](const char* name) { return given.contains(name); });
}

/// What is measured without sentences: the given settings over the tutorial's.
Config synthetic_config(const BenchOptions& options) {
  const SettingValues given = options.settings.given();
  const auto chosen = given.find("preset");
  Config config = with_settings(preset(chosen == given.end() ? "tutorial" : setting_text(chosen->second)), given);
  config.model.source_vocabulary = options.source_vocabulary;
  config.model.target_vocabulary = options.target_vocabulary;
  return config;
}

/// Sentences as ids, and a config with the sizes of their vocabularies.
struct Corpus {
  Config config;
  std::vector<Example> examples;
};

Corpus load_corpus(const BenchOptions& options) {
  Config config = options.settings.resolve();
  TerminalProgress progress;
  const CorpusParts parts = load_parts(config, progress);
  const Vocabulary source = make_vocabulary(sequence_of(parts.train), &Pair::source, config);
  const Vocabulary target = make_vocabulary(sequence_of(parts.train), &Pair::target, config);
  config.model.source_vocabulary = static_cast<std::int64_t>(source.size());
  config.model.target_vocabulary = static_cast<std::int64_t>(target.size());
  return {config, encode(parts.train, source, target)};
}

std::vector<ModelShape> shapes_of(const Corpus& corpus) {
  const TrainingConfig& training = corpus.config.training;
  const BatchPlan plan(corpus.examples, static_cast<std::size_t>(training.batch), training.seed);
  std::vector<ModelShape> shapes;
  for (const BatchShape& shape : plan.shapes()) {
    shapes.push_back({static_cast<std::int64_t>(shape.rows), static_cast<std::int64_t>(shape.source_length),
                      static_cast<std::int64_t>(shape.target_length)});
  }
  return shapes;
}

DecodingMeasurement decode_test_part(const BenchOptions& options, const TranslatorOptions& search) {
  const TrainedModel model = load_model({.run = options.run, .checkpoint = {}});
  std::vector<std::string> sentences;
  for (const Pair& pair : model.run.test_pairs()) sentences.push_back(pair.source);
  require(!sentences.empty(), "the run {} has no test part to translate", options.run);
  Translator translator(model.run.config(), model.run.source(), model.run.target(), model.weights, search);
  return measure_decoding(translator, sentences, options.rounds);
}

DecodingMeasurement decode_random_sentences(const Config& config, std::int64_t rounds, TranslatorOptions search) {
  constexpr std::size_t sentences = 640;
  constexpr std::size_t tokens = 8;
  search.max_length = 7;
  const RandomModel model(config);
  Translator translator = model.translator(search);
  return measure_decoding(translator, model.sentences(sentences, tokens), rounds);
}

DecodingMeasurement translate_one_sentence(const Config& config, std::int64_t rounds, TranslationPrecision precision) {
  constexpr std::size_t tokens = 8;
  const RandomModel model(config);
  // Words up to the limit, and a last step in vain: seven steps.
  Translator translator = model.translator({.batch = 1, .max_length = 6, .precision = precision});
  return measure_decoding(translator, model.sentences(1, tokens), rounds);
}

void say_kernels(std::size_t done, std::size_t all) {
  if (done == 0) say(fmt::format("Measuring the kernels of {} products", all));
}

void bench(const BenchOptions& options) {
  const SettingValues given = options.settings.given();
  const bool has_sentences = names_sentences(given);
  std::set<std::string> measures(options.measures.begin(), options.measures.end());
  if (measures.empty()) {
    measures = {"peak", "padded"};
    if (has_sentences) measures.insert("real");
  }
  if (measures.contains("threads") && onednn::thread_count() < 2)
    throw UsageError("--measure threads compares one thread with several; give --threads 2");

  const Config synthetic = synthetic_config(options);
  if (synthetic.training.accumulate > 1 && measures != std::set<std::string>{"real"})
    throw UsageError("--accumulate goes with --measure real alone: all else measures batches that update at once");
  std::optional<Corpus> corpus;
  if (measures.contains("real") || has_sentences) corpus = load_corpus(options);

  BenchReport report;
  report.threads = onednn::thread_count();
  report.padded_shape = options.shape;
  report.padded_shape.rows = synthetic.training.batch;
  const ModelConfig& model = synthetic.model;
  const TrainingConfig& training = synthetic.training;
  if (measures.contains("peak")) report.peak = inspect::measure_peak(options.rounds);
  // Before the padded step: its own memory would be counted to that of this one.
  if (measures.contains("real"))
    report.real = measure_real(corpus->config, corpus->examples, options.batches, options.batches_file, say_kernels);
  if (measures.contains("padded"))
    report.padded = measure_padded(model, training, report.padded_shape, options.rounds, say_kernels);
  for (const std::string& name : options.precisions) {
    const TranslatorOptions search{
        .batch = training.batch, .max_length = 0, .precision = parse_translation_precision(name)};
    if (measures.contains("decoding")) {
      report.decoding[name] = options.run.empty() ? decode_random_sentences(synthetic, options.rounds, search)
                                                  : decode_test_part(options, search);
    }
    if (measures.contains("latency")) {
      constexpr std::int64_t many = 10;  // a sentence is short
      report.latency[name] = translate_one_sentence(synthetic, many * options.rounds, search.precision);
    }
  }
  if (measures.contains("compile")) {
    const std::vector<ModelShape> again(static_cast<std::size_t>(options.rounds), report.padded_shape);
    report.compile_padded = measure_compile(model, training, again);
    if (corpus) report.compile_corpus = measure_compile(corpus->config.model, training, shapes_of(*corpus));
  }
  if (measures.contains("threads"))
    report.scaling = measure_threads(model, training, report.padded_shape, options.rounds, say_kernels);
  print(options.json ? as_json(report) : as_text(report));
}

}  // namespace

void add_bench(tool::Program& program) {
  const tool::Command command =
      program.command("bench", "Measure how fast it trains and translates here; nothing is kept");
  command.footer(bench_examples);
  auto options = std::make_shared<BenchOptions>(command);
  const auto add_number = [&](const char* name, std::int64_t& number, std::int64_t least, std::int64_t most,
                              const char* help) {
    command.option(name, number, help).between(least, most).value("N").show_default();
  };
  command
      .option("--measure", options->measures,
              "What to measure, several with commas: see below (default: peak, padded, and with sentences real)")
      .comma_separated()
      .one_of(all_measures)
      .value("NAMES");
  add_number("--rounds", options->rounds, 1, 100'000, "Times to measure; the median counts");
  add_number("--batches", options->batches, 0, 1'000'000'000, "real: batches to time; 0: a whole epoch");
  command
      .option("--batches-file", options->batches_file,
              "real: write the batches here, for tools/bench/pytorch_translator.py")
      .value("FILE");
  command.option("--run", options->run, "decoding: a trained run, whose test part is translated").value("DIR");
  command
      .option("--decoding-precision", options->precisions,
              "decoding and latency: bits of the weights, f32, bf16 or int8, several with commas (default: f32)")
      .comma_separated()
      .one_of({"f32", "bf16", "int8"})
      .value("TYPES");
  add_number("--source-length", options->shape.source_length, 1, 1000, "padded: tokens of a source");
  add_number("--target-length", options->shape.target_length, 2, 1000, "padded: tokens of a target");
  add_number("--source-vocabulary", options->source_vocabulary, 5, 1 << 24, "Without sentences: words of the source");
  add_number("--target-vocabulary", options->target_vocabulary, 5, 1 << 24, "Without sentences: words of the target");
  command.flag("--json", options->json, "Print a JSON object");
  add_threads_option(command);
  command.action([options] { bench(*options); });
}

}  // namespace weft::nmt

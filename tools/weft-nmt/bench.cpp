#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "models/nmt/trainer.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/data.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/setting_options.h"
#include "tools/weft-nmt/threads_option.h"

namespace weft::nmt {
namespace {

constexpr const char* kExamples = R"(Examples:
  weft-nmt bench --builtin
  weft-nmt bench --train train.tsv --valid valid.tsv --batches 100
  tools/bench/in_turn.sh 5 "weft-nmt bench ..." "tools/bench/pytorch_translator.py ..."    two programs in turn)";

struct BenchOptions {
  explicit BenchOptions(CLI::App& app) : settings(app) {}

  SettingOptions settings;
  std::int64_t batches = 100;
  bool json = false;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Measurement {
  std::int64_t batches = 0;
  std::size_t shapes = 0;
  double compile_seconds = 0;
  double seconds = 0;
  double loss_sum = 0;  ///< over tokens
  std::int64_t tokens = 0;
};

Measurement measure(const BenchOptions& options) {
  Config config = options.settings.resolve();
  const CorpusParts parts = load_parts(config, say);
  const Vocabulary source = make_vocabulary(parts.train, &Pair::source, config);
  const Vocabulary target = make_vocabulary(parts.train, &Pair::target, config);
  config.model.source_vocabulary = static_cast<std::int64_t>(source.size());
  config.model.target_vocabulary = static_cast<std::int64_t>(target.size());
  const std::vector<Example> examples = encode(parts.train, source, target, config.normaliser);
  Trainer trainer(config, examples, std::make_shared<Variables>(config.training.seed));

  Measurement result;
  result.shapes = trainer.plan().shapes().size();
  auto start = std::chrono::steady_clock::now();
  trainer.compile_all();
  result.compile_seconds = seconds_since(start);
  start = std::chrono::steady_clock::now();
  trainer.run_epoch([&](const StepReport& report) {
    ++result.batches;
    result.loss_sum += report.loss * static_cast<double>(report.tokens);
    result.tokens += report.tokens;
    return options.batches == 0 || result.batches < options.batches;
  });
  result.seconds = seconds_since(start);
  return result;
}

int bench(const BenchOptions& options) {
  const Measurement result = measure(options);
  const double loss = result.loss_sum / static_cast<double>(result.tokens);
  const double milliseconds = 1000 * result.seconds / static_cast<double>(result.batches);
  const double compile_milliseconds = 1000 * result.compile_seconds / static_cast<double>(result.shapes);
  if (options.json) {
    print(nlohmann::ordered_json{{"batches", result.batches},
                                 {"seconds", result.seconds},
                                 {"milliseconds_a_batch", milliseconds},
                                 {"tokens_per_second", static_cast<double>(result.tokens) / result.seconds},
                                 {"loss", loss},
                                 {"shapes", result.shapes},
                                 {"compile_milliseconds_a_shape", compile_milliseconds}}
              .dump(2) +
          "\n");
  } else {
    print(fmt::format("compiling: {} shapes, {:.0f} ms a shape\n", result.shapes, compile_milliseconds));
    print(fmt::format("epoch 1: {} batches, {:.1f} s, {:.0f} ms a batch, loss {:.4f}\n", result.batches, result.seconds,
                      milliseconds, loss));
  }
  return kDone;
}

}  // namespace

Command bench_command(CLI::App& tool) {
  CLI::App* app = tool.add_subcommand("bench", "Time the training of the first batches; nothing is kept");
  app->footer(kExamples);
  auto options = std::make_shared<BenchOptions>(*app);
  app->add_option("--batches", options->batches, "Batches to time; 0: a whole epoch")
      ->check(CLI::NonNegativeNumber.description(""))
      ->type_name("N")
      ->capture_default_str();
  app->add_flag("--json", options->json, "Print JSON");
  add_threads_option(*app);
  return {app, [options] { return bench(*options); }};
}

}  // namespace weft::nmt

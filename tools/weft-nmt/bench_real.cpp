#include <fmt/format.h>

#include <map>
#include <numeric>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/json_value.h"
#include "models/nmt/training/translation_task.h"
#include "models/training/step_runner.h"
#include "tools/weft-nmt/bench_measures.h"

namespace weft::nmt {
namespace {

/// Trained on before the clock starts: memory is touched, and threads are awake.
constexpr std::int64_t warm_up_batches = 3;

/// The batches that are trained on without being timed, and those that are.
struct Batches {
  std::vector<Batch> warm_up;
  std::vector<Batch> timed;
};

Batches choose_batches(const BatchPlan& plan, std::int64_t count) {
  std::vector<Batch> all = plan.epoch(0);
  const std::int64_t available = std::ssize(all) - warm_up_batches;
  require(available >= std::max<std::int64_t>(count, 1),
          "the sentences make {} batches, but {} are to be trained on before {} are timed; give more sentences, or "
          "fewer --batches",
          all.size(), warm_up_batches, std::max<std::int64_t>(count, 1));
  if (count == 0) count = available;
  const auto first_timed = all.begin() + warm_up_batches;
  return {{all.begin(), first_timed}, {first_timed, first_timed + count}};
}

double mean_needed_gflop(const ModelConfig& model, const std::vector<Batch>& batches) {
  std::map<BatchShape, double> by_shape;
  double sum = 0;
  for (const Batch& batch : batches) {
    const auto [at, is_new] = by_shape.try_emplace(batch.shape, 0.0);
    if (is_new) at->second = needed_gflop(model, model_shape(batch.shape));
    sum += at->second;
  }
  return sum / static_cast<double>(batches.size());
}

/// Trains on so many batches from where the trainer is; `on_batch` is told of each.
void train(StepRunner& trainer, std::size_t batches, const std::function<void(const StepReport&)>& on_batch) {
  std::size_t done = 0;
  trainer.run_epoch([&](const StepReport& report) {
    if (on_batch) on_batch(report);
    return ++done < batches;
  });
}

void time_batches(StepRunner& trainer, const Batches& batches, RealMeasurement& result) {
  train(trainer, batches.warm_up.size(), {});
  double loss_sum = 0;
  Stopwatch stopwatch;
  train(trainer, batches.timed.size(), [&](const StepReport& report) {
    result.timing.milliseconds.push_back(stopwatch.lap());
    loss_sum += report.loss * static_cast<double>(report.tokens);
    result.tokens += report.tokens;
  });
  result.loss = loss_sum / static_cast<double>(result.tokens);
}

/// The same batches once more, with every kernel timed.
void profile_batches(StepRunner& trainer, const Batches& batches, RealMeasurement& result) {
  Checkpoint beginning = trainer.checkpoint();
  beginning.state.epoch = 0;
  beginning.state.batch_in_epoch = std::ssize(batches.warm_up);
  trainer.restore(beginning);
  trainer.profile_runs(true);
  train(trainer, batches.timed.size(), {});
  result.kinds = trainer.profile().sorted();
  double flops = 0;
  for (const KindProfile& kind : result.kinds) flops += kind.flops;
  result.executed_gflop = 1e-9 * flops / static_cast<double>(batches.timed.size());
}

/// A line for the model and its dropout, then a line a batch.
void write_batches(const std::filesystem::path& path, const Config& config, const std::vector<Example>& examples,
                   const Batches& batches) {
  const ModelConfig& model = config.model;
  const DropoutConfig& dropout = config.training.dropout;
  std::string lines = Json{{"source_vocabulary", model.source_vocabulary},
                           {"target_vocabulary", model.target_vocabulary},
                           {"embedding", model.embedding},
                           {"units", model.units},
                           {"dropout_embedding", dropout.embedding},
                           {"dropout_output", dropout.output},
                           {"warm_up_batches", batches.warm_up.size()}}
                          .dump() +
                      "\n";
  for (const std::vector<Batch>* part : {&batches.warm_up, &batches.timed}) {
    for (const Batch& batch : *part) {
      Json line;
      for (const ExampleNumber row : batch.rows) {
        line["source"].push_back(examples[row].source);
        line["target"].push_back(examples[row].target);
      }
      lines += line.dump() + "\n";
    }
  }
  write_file(path, lines);
}

}  // namespace

RealMeasurement measure_real(const Config& config, const std::vector<Example>& examples, std::int64_t batch_count,
                             const std::filesystem::path& batches_file, const KernelProgress& on_progress) {
  const auto products = [&] { return training_products(config, examples); };
  TrainerOptions options = trainer_options(config.training);
  options.backend = backend_with(choose_kernels(config.training.kernels, products, on_progress));
  const std::shared_ptr<const BatchPlan> plan = batch_plan(config, examples);
  StepRunner trainer(training_task(config, examples, plan), options);
  const Batches batches = choose_batches(*plan, batch_count);
  if (!batches_file.empty()) write_batches(batches_file, config, examples, batches);
  RealMeasurement result;
  result.shapes = plan->shapes().size();
  result.padding = plan->padding();
  Stopwatch stopwatch;
  trainer.compile_all();
  result.compile_milliseconds = stopwatch.lap();
  time_batches(trainer, batches, result);
  result.peak_resident_bytes = inspect::peak_resident_bytes();
  result.needed_gflop = mean_needed_gflop(config.model, batches.timed);
  profile_batches(trainer, batches, result);
  return result;
}

}  // namespace weft::nmt

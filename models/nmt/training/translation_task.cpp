#include "models/nmt/training/translation_task.h"

#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "backends/onednn/onednn_backend.h"
#include "graph/base/error.h"
#include "models/nmt/search/compiled_shapes.h"

namespace weft::nmt {
namespace {

/// The batches of a plan by their numbers.
class NumberedBatches {
 public:
  NumberedBatches(const Examples& examples, std::shared_ptr<const BatchPlan> plan)
      : examples_(examples), plan_(std::move(plan)) {}

  const Batch& at(const BatchNumber& number) {
    if (epoch_ != number.epoch) {
      batches_ = {};  // not at once with those of the next one
      batches_ = plan_->epoch(static_cast<std::uint64_t>(number.epoch));
    }
    epoch_ = number.epoch;
    return batches_[static_cast<std::size_t>(number.batch)];
  }

  /// The target tokens that a batch predicts: all but each row's <start>.
  std::int64_t tokens(const BatchNumber& number) {
    std::int64_t tokens = 0;
    for (const ExampleNumber row : at(number).rows) tokens += std::int64_t{examples_.lengths(row).target} - 1;
    return tokens;
  }

  void fill(const BatchNumber& number, const Execution& step) {
    const Batch& batch = at(number);
    std::vector<Example> rows;
    rows.reserve(batch.rows.size());
    for (const ExampleNumber row : batch.rows) rows.push_back(examples_.read(row));
    fill_source(batch.shape, rows, step.input("source").as<std::int32_t>(),
                step.input("source_lengths").as<std::int32_t>());
    std::vector<std::int32_t> target_lengths(rows.size());
    fill_target(batch.shape, rows, step.input("target").as<std::int32_t>(), target_lengths);
  }

 private:
  Examples examples_;
  std::shared_ptr<const BatchPlan> plan_;
  std::optional<std::int64_t> epoch_;  ///< of the batches
  std::vector<Batch> batches_;
};

/// Without a graph.
TrainingTask task_on(const std::shared_ptr<NumberedBatches>& batches, std::size_t batches_per_epoch) {
  return {.graph = {},
          .batches = static_cast<std::int64_t>(batches_per_epoch),
          .shape =
              [batches](const BatchNumber& number) {
                const auto [rows, source_length, target_length] = model_shape(batches->at(number).shape);
                return TrainingTask::Shape{rows, source_length, target_length};
              },
          .tokens = [batches](const BatchNumber& number) { return batches->tokens(number); },
          .fill = [batches](const BatchNumber& number, Execution& step) { batches->fill(number, step); }};
}

}  // namespace

std::shared_ptr<const BatchPlan> batch_plan(const Config& config, const Examples& examples) {
  // Groups that have no padding are left so where it would change what a sentence means.
  BatchPlan::Options options{.length_step = static_cast<std::size_t>(config.training.length_step)};
  if (!ignores_padding(config.model)) {
    require(
        options.length_step == 1,
        "--length-step {} pads sentences, and the variant {} reads what is behind their ends: leave it out, or train "
        "the variant {}",
        options.length_step, to_string(config.model.variant), to_string(Variant::masked));
    options.most_shapes = std::numeric_limits<std::size_t>::max();
  }
  return std::make_shared<BatchPlan>(examples, static_cast<std::size_t>(config.training.batch), config.training.seed,
                                     options);
}

ModelShape model_shape(const BatchShape& shape) {
  return {static_cast<std::int64_t>(shape.rows), static_cast<std::int64_t>(shape.source_length),
          static_cast<std::int64_t>(shape.target_length)};
}

ModelShape model_shape(const TrainingTask::Shape& shape) { return {shape[0], shape[1], shape[2]}; }

TrainingTask training_task(const Config& config, const Examples& examples,
                           const std::shared_ptr<const BatchPlan>& plan) {
  const auto batches = std::make_shared<NumberedBatches>(examples, plan);
  const ModelConfig& model = config.model;
  const TrainingConfig& training = config.training;
  TrainingTask task = task_on(batches, plan->batches_per_epoch());
  task.graph = [model, training](const TrainingTask::Shape& shape) {
    return training_graph(model, training, model_shape(shape));
  };
  task.accumulate = training.accumulate;
  if (task.accumulate > 1) task.update = [model, training] { return update_graph(model, training); };
  if (training.normalisation == LossNormalisation::batch_mean)
    task.divisor = [batches](const BatchNumber& number) { return std::ssize(batches->at(number).rows); };
  return task;
}

TrainingTask training_task(const Config& config, const Examples& examples) {
  return training_task(config, examples, batch_plan(config, examples));
}

TrainingTask validation_task(const Config& config, const Examples& examples) {
  const std::shared_ptr<const BatchPlan> plan = batch_plan(config, examples);
  TrainingTask task = task_on(std::make_shared<NumberedBatches>(examples, plan), plan->batches_per_epoch());
  task.graph = [model = config.model](const TrainingTask::Shape& shape) {
    return loss_graph(model, model_shape(shape), LossNormalisation::token_mean);
  };
  return task;
}

TrainerOptions trainer_options(const TrainingConfig& training) {
  return {.epochs = training.epochs,
          .learning_rate = learning_rate_schedule(training),
          .average = training.average,
          .seed = training.seed,
          .patience = training.patience,
          .checkpoint_every = training.checkpoint_every,
          .keep = static_cast<std::size_t>(training.keep),
          .precision = product_precision(training.precision)};
}

Precision product_precision(TrainingPrecision precision) {
  if (precision == TrainingPrecision::automatic)
    return onednn::has_bf16_instructions() ? Precision::bf16 : Precision::f32;
  return precision == TrainingPrecision::bf16 ? Precision::bf16 : Precision::f32;
}

}  // namespace weft::nmt

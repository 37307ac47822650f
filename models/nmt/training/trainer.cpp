#include "models/nmt/training/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/numerics.h"
#include "graph/base/error.h"
#include "models/nmt/network/model.h"
#include "models/nmt/search/compiled_shapes.h"
#include "models/training/schedule.h"

namespace weft::nmt {
namespace {

const Backend& backend_or_fast(const std::shared_ptr<const Backend>& backend) {
  return backend ? *backend : onednn_backend();
}

ModelShape model_shape(const BatchShape& shape) {
  return {static_cast<std::int64_t>(shape.rows), static_cast<std::int64_t>(shape.source_length),
          static_cast<std::int64_t>(shape.target_length)};
}

ProgramsByShape::Shape program_shape(const BatchShape& shape) {
  const auto [rows, source_length, target_length] = model_shape(shape);
  return {rows, source_length, target_length};
}

BatchPlan batch_plan(const Config& config, std::span<const Example> examples) {
  // Groups that have no padding are left so where it would change what a sentence means.
  const std::size_t most_shapes =
      ignores_padding(config.model) ? BatchPlan::shape_limit : std::numeric_limits<std::size_t>::max();
  return BatchPlan(examples, static_cast<std::size_t>(config.training.batch), config.training.seed, most_shapes);
}

/// Fills the execution's inputs from the batch's examples.
void feed(const Execution& execution, const Batch& batch, std::span<const Example> examples) {
  fill_source(batch, examples, execution.input("source").as<std::int32_t>(),
              execution.input("source_lengths").as<std::int32_t>());
  std::vector<std::int32_t> target_lengths(batch.rows.size());
  fill_target(batch, examples, execution.input("target").as<std::int32_t>(), target_lengths);
}

/// The target tokens that a batch predicts: all but each row's <start>.
std::int64_t predicted_tokens(const Batch& batch, std::span<const Example> examples) {
  std::int64_t tokens = 0;
  for (const std::size_t row : batch.rows) tokens += std::ssize(examples[row].target) - 1;
  return tokens;
}

/// The loss of a batch per token, whatever the graph's normalisation.
double per_token(double loss, LossNormalisation normalisation, const Batch& batch, std::int64_t tokens) {
  return normalisation == LossNormalisation::token_mean
             ? loss
             : loss * static_cast<double>(batch.shape.rows) / static_cast<double>(tokens);
}

}  // namespace

Trainer::Trainer(const Config& config, std::span<const Example> examples, std::shared_ptr<Variables> variables,
                 TrainerOptions options)
    : config_(config),
      examples_(examples),
      variables_(std::move(variables)),
      arena_(std::make_shared<Arena>()),
      options_(std::move(options)),
      plan_(batch_plan(config, examples)) {
  if (!options_.programs) options_.programs = std::make_shared<ProgramCache>();
  programs_.emplace(options_.programs);
  state_.seed = config.training.seed;
  // Now, so that all variables are there, and a model that cannot be built fails at once.
  execution(plan_.shapes().front());
  if (config.training.accumulate > 1) update_ = compiled(update_graph(config_.model, config_.training));
}

Trainer::~Trainer() = default;

Execution Trainer::compiled(const Graph& graph) const {
  CompileOptions options{.memory_budget = options_.memory_budget};
  if (options_.check_numerics) options = without_fusions(std::move(options));
  Execution execution(compile(graph, backend_or_fast(options_.backend), options), {variables_, arena_});
  if (options_.check_numerics) execution.attach(std::make_shared<NumericsCheck>());
  return execution;
}

std::shared_ptr<Execution> Trainer::execution(const BatchShape& shape) {
  return programs_->find(program_shape(shape), [&] {
    Execution step = compiled(training_graph(config_.model, config_.training, model_shape(shape)));
    if (step.report().arena_bytes > largest_.arena_bytes) largest_ = step.report();
    return step;
  });
}

void Trainer::profile_runs(bool on) {
  programs_->profile_runs(on);
  if (update_profiler_) update_->detach(*update_profiler_);
  update_profiler_ = on && update_ ? weft::profile_runs(*update_) : nullptr;
}

ProfileByKind Trainer::profile() const {
  ProfileByKind profile;
  visit_profiles([&](const Profiler& profiler) { profile.add(profiler.steps()); });
  return profile;
}

void Trainer::visit_profiles(const std::function<void(const Profiler&)>& visit) const {
  programs_->visit_profiles(visit);
  if (update_profiler_) visit(*update_profiler_);
}

void Trainer::compile_all(const std::function<void(const Execution&)>& visit) {
  for (const BatchShape& shape : plan_.shapes()) {
    const std::shared_ptr<Execution> step = execution(shape);
    if (visit) visit(*step);
  }
  if (visit && update_) visit(*update_);
}

void Trainer::restore(const Checkpoint& checkpoint) {
  restore_variables(checkpoint, config_.training.seed, *variables_);
  state_ = checkpoint.state;
}

Checkpoint Trainer::checkpoint() const { return {variables_->snapshot(), state_}; }

std::int64_t Trainer::steps_per_epoch() const {
  const auto batches = static_cast<std::int64_t>(plan_.batches_per_epoch());
  return (batches + config_.training.accumulate - 1) / config_.training.accumulate;
}

/// Sets what the next update is made by.
void Trainer::set_rates(Execution& execution) const {
  const TrainingConfig& training = config_.training;
  execution.input("learning_rate").as<float>()[0] =
      static_cast<float>(learning_rate(learning_rate_schedule(training), state_));
  if (training.average > 0)
    execution.input("average_weight").as<float>()[0] =
        static_cast<float>(average_weight(training.average, state_.step + 1));
}

/// Leaves the state as it was; throws Diverged when the batch, or the update that it ends, makes what is no number.
StepReport Trainer::run_batch(const Batch& batch, std::int64_t batches) {
  const std::int64_t number = state_.step + 1;
  StepReport report{.epoch = state_.epoch + 1,
                    .batch = state_.batch_in_epoch + 1,
                    .batches = batches,
                    .learning_rate = learning_rate(learning_rate_schedule(config_.training), state_),
                    .tokens = predicted_tokens(batch, examples_)};
  // An epoch's last batches make an update even if they are fewer.
  report.updated = report.batch % config_.training.accumulate == 0 || report.batch == batches;
  const std::shared_ptr<Execution> program = execution(batch.shape);
  Execution& step = *program;
  Execution& update = update_ ? *update_ : step;
  feed(step, batch, examples_);
  set_rates(update);
  if (options_.observer.before) options_.observer.before(number, batch.shape, step);
  run_step(step, state_);
  if (options_.observer.after) options_.observer.after(number, step);
  report.loss = per_token(static_cast<double>(step.output("loss").as<float>()[0]), config_.training.normalisation,
                          batch, report.tokens);
  if (update_ && report.updated) {
    run_step(*update_, state_);
    if (options_.observer.after_update) options_.observer.after_update(number, *update_);
  }
  report.gradient_norm = report.updated ? static_cast<double>(update.output("gradient_norm").as<float>()[0])
                                        : last_.gradient_norm.value_or(0);
  require_finite(report, number);
  return report;
}

std::optional<EpochReport> Trainer::run_epoch(const std::function<bool(const StepReport&)>& on_step) {
  const std::vector<Batch> batches = plan_.epoch(static_cast<std::uint64_t>(state_.epoch));
  const auto run = [&](std::int64_t batch) {
    return run_batch(batches[static_cast<std::size_t>(batch)], std::ssize(batches));
  };
  return weft::run_epoch(state_, std::ssize(batches), run, on_step, last_);
}

void Trainer::set_measured(bool best, double loss, double bleu) {
  measured(learning_rate_schedule(config_.training), state_, best);
  if (best) set_best(state_, {{nmt::valid_loss, loss}, {nmt::valid_bleu, bleu}});
}

Validator::Validator(const Config& config, std::span<const Example> examples, std::shared_ptr<Variables> variables,
                     std::shared_ptr<Arena> arena, std::shared_ptr<const Backend> backend,
                     std::shared_ptr<ProgramCache> programs)
    : config_(config),
      examples_(examples),
      variables_(std::move(variables)),
      arena_(arena ? std::move(arena) : std::make_shared<Arena>()),
      backend_(std::move(backend)),
      batches_(batch_plan(config, examples).epoch(0)),
      programs_(programs ? std::move(programs) : std::make_shared<ProgramCache>()) {}

Validator::~Validator() = default;

double Validator::loss() {
  double sum = 0;
  std::int64_t tokens = 0;
  for (const Batch& batch : batches_) {
    const std::shared_ptr<Execution> program = programs_.find(program_shape(batch.shape), [&] {
      const Graph graph = loss_graph(config_.model, model_shape(batch.shape), LossNormalisation::token_mean);
      return Execution(compile(graph, backend_or_fast(backend_)), {variables_, arena_});
    });
    feed(*program, batch, examples_);
    program->run();
    const std::int64_t count = predicted_tokens(batch, examples_);
    sum += static_cast<double>(program->output("loss").as<float>()[0]) * static_cast<double>(count);
    tokens += count;
  }
  return sum / static_cast<double>(tokens);
}

}  // namespace weft::nmt

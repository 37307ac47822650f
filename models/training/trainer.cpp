#include "models/training/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/numerics.h"
#include "graph/base/counted.h"
#include "graph/base/json_value.h"
#include "models/training/log_lines.h"
#include "models/training/run/log_records.h"
#include "models/training/run/run_files.h"

namespace weft {
namespace {

constexpr const char* log_file = "log.jsonl";
constexpr const char* loss_output = "loss";
constexpr const char* gradient_norm_output = "gradient_norm";
constexpr const char* learning_rate_input = "learning_rate";
constexpr const char* learning_rate_output = "learning_rate";
constexpr const char* measure = "valid_loss";

bool has_output(const Graph& graph, std::string_view name) {
  return std::ranges::any_of(graph.outputs(), [&](const Output& output) { return output.name == name; });
}

bool has_input(const Graph& graph, std::string_view name) {
  const NodeId node = graph.find(name);
  return node && graph.node(node).op->name == "input";
}

double scalar_output(const Execution& step, std::string_view name) {
  return static_cast<double>(step.output(name).as<float>()[0]);
}

void require_scalar(const Graph& graph, ValueId value, std::string_view name) {
  const TensorType& type = graph.type(value);
  require(type == TensorType{DType::f32, Shape{}},
          "the '{}' of the training step '{}' is {}, a float32 scalar is needed", name, graph.name(), type.to_string());
}

/// What the trainer itself reads and writes of a step.
void require_step(const Graph& graph) {
  require(has_output(graph, loss_output), "the training step '{}' has no output '{}'", graph.name(), loss_output);
  require(!graph.updates().empty(), "the training step '{}' updates nothing: add an optimiser, such as Adam, to it",
          graph.name());
  for (const Output& output : graph.outputs())
    if (output.name == loss_output || output.name == gradient_norm_output || output.name == learning_rate_output)
      require_scalar(graph, output.value, output.name);
  if (has_input(graph, learning_rate_input))
    require_scalar(graph, graph.node(graph.find(learning_rate_input)).results.front(), learning_rate_input);
}

}  // namespace

Trainer::Trainer(TrainingTask task, TrainerOptions options)
    : task_(std::move(task)),
      options_(std::move(options)),
      checkpoints_(options_.folder, {.measures = {measure}}),
      variables_(options_.variables ? options_.variables : std::make_shared<Variables>(options_.seed)),
      arena_(std::make_shared<Arena>()),
      programs_(options_.programs ? options_.programs : std::make_shared<ProgramCache>()) {
  require_complete();
  if (!options_.progress) options_.progress = std::make_shared<Progress>();
  state_.seed = options_.seed;
  if (!options_.folder.empty()) lock_.emplace(options_.folder);
  // Now, so that all variables are there, and a model that cannot be built fails at once.
  execution({});
  if (lock_ && !checkpoints_.names().empty()) resume();
}

Trainer::~Trainer() = default;

void Trainer::resume() {
  restore("latest");
  checkpoints_.prune(options_.keep);
  options_.progress->log(fmt::format("Going on from {}: {} and {} are done", checkpoints_.file_of(checkpoint_).string(),
                                     counted(static_cast<std::uint64_t>(state_.epoch), "epoch"),
                                     counted(static_cast<std::uint64_t>(state_.batch_in_epoch), "batch", "batches")));
}

void Trainer::require_complete() const {
  require(task_.graph != nullptr, "the training task has no graph");
  require(task_.fill != nullptr, "the training task has no function that fills the inputs of a step");
  require(task_.batches > 0, "an epoch has {} batches, at least one is needed", task_.batches);
  require(options_.checkpoint_every > 0, "a checkpoint every {} epochs: at least 1 is needed",
          options_.checkpoint_every);
  require(options_.keep > 0, "no checkpoint is to be kept: the one that was just written is needed");
  require(options_.patience == 0 || options_.validate, "a patience of {} epochs needs a function that measures them",
          options_.patience);
  require(options_.learning_rate.schedule != Schedule::plateau || options_.validate,
          "the schedule plateau needs a function that measures the epochs");
}

void Trainer::restore(const Checkpoint& checkpoint) {
  restore_variables(checkpoint, options_.seed, *variables_);
  require(checkpoint.state.batch_in_epoch <= task_.batches,
          "the checkpoint has done {} batches of an epoch, the task has {}", checkpoint.state.batch_in_epoch,
          task_.batches);
  state_ = checkpoint.state;
}

void Trainer::restore(std::string_view which) {
  require(!options_.folder.empty(), "there is no checkpoint {}: the training has no folder", which);
  const std::string name = checkpoints_.resolve(which);
  const CheckpointFile file = checkpoints_.load(name);
  try {
    restore(file.checkpoint);
  } catch (const Error& error) {
    fail("{}: {}", checkpoints_.file_of(name).string(), error.what());
  }
  checkpoint_ = name;
}

Execution Trainer::compiled(const TrainingTask::Shape& shape) const {
  const Graph graph = task_.graph(shape);
  require_step(graph);
  const Backend& backend = options_.backend ? *options_.backend : onednn_backend();
  CompileOptions options{.memory_budget = options_.memory_budget};
  if (options_.check_numerics) options = without_fusions(std::move(options));
  Execution step(compile(graph, backend, options), {variables_, arena_});
  if (options_.check_numerics) step.attach(std::make_shared<NumericsCheck>());
  return step;
}

std::shared_ptr<Execution> Trainer::execution(const BatchNumber& number) {
  const TrainingTask::Shape shape = task_.shape ? task_.shape(number) : TrainingTask::Shape{};
  return programs_.find(shape, [&] { return compiled(shape); });
}

StepReport Trainer::run_batch(std::int64_t batch) {
  const BatchNumber number{state_.epoch, batch};
  StepReport report{.epoch = number.epoch + 1,
                    .batch = number.batch + 1,
                    .batches = task_.batches,
                    .learning_rate = learning_rate(options_.learning_rate, state_),
                    .tokens = task_.tokens ? task_.tokens(number) : 1,
                    .updated = true};
  require(report.tokens > 0, "batch {} of epoch {} has {} tokens, at least one is needed", report.batch, report.epoch,
          report.tokens);
  const std::shared_ptr<Execution> step = execution(number);
  task_.fill(number, *step);
  if (has_input(step->graph(), learning_rate_input))
    step->input(learning_rate_input).as<float>()[0] = static_cast<float>(report.learning_rate);
  run_step(*step, state_);
  report.loss = scalar_output(*step, loss_output);
  if (has_output(step->graph(), gradient_norm_output))
    report.gradient_norm = scalar_output(*step, gradient_norm_output);
  if (has_output(step->graph(), learning_rate_output))
    report.learning_rate = scalar_output(*step, learning_rate_output);
  require_finite(report, state_.step + 1);
  return report;
}

TrainingEnd Trainer::run() {
  start_ = Clock::now();
  while (state_.epoch < options_.epochs) {
    if (is_out_of_patience()) {
      options_.progress->log(fmt::format("No epoch since the {}. was better (patience {}): training ends",
                                         state_.best_epoch, options_.patience));
      return TrainingEnd::out_of_patience;
    }
    const std::optional<EpochReport> report = run_epoch();
    if (!report) {
      stop();
      return TrainingEnd::stopped;
    }
    finish_epoch(*report);
  }
  return TrainingEnd::epochs_done;
}

std::optional<EpochReport> Trainer::run_epoch() {
  Progress& progress = *options_.progress;
  progress.start(fmt::format("Epoch {}", state_.epoch + 1), static_cast<std::uint64_t>(task_.batches));
  progress.update(static_cast<std::uint64_t>(state_.batch_in_epoch), 0);
  throughput_ = Throughput();
  try {
    const auto report = weft::run_epoch(
        state_, task_.batches, [this](std::int64_t batch) { return run_batch(batch); },
        [this](const StepReport& step) { return finish_step(step); }, last_);
    progress.stop();
    return report;
  } catch (const Diverged& error) {
    progress.stop();
    fail_diverged(error);
  } catch (...) {
    progress.stop();
    throw;
  }
}

/// Returns false to stop.
bool Trainer::finish_step(const StepReport& report) {
  throughput_.add(report.tokens);
  options_.progress->update(1, static_cast<std::uint64_t>(report.tokens), report.loss);
  if (report.batch % batches_per_record == 0) log(batch_record(report, state_.step, throughput_.take(), seconds()));
  if (report.batch % batches_per_line == 0) options_.progress->log(batch_line(report.epoch, report.batch, report.loss));
  if (options_.on_step) options_.on_step(report);
  return !options_.stop || !options_.stop();
}

void Trainer::finish_epoch(const EpochReport& report) {
  options_.progress->log(epoch_line(report.epoch, report.loss));
  Json record = epoch_record(report, state_.step);
  const bool best = !options_.validate || validate(record);  // without a measure the newest is the best
  options_.progress->log(epoch_time_line(report.seconds));
  const bool due = report.epoch % options_.checkpoint_every == 0 || report.epoch == options_.epochs ||
                   is_out_of_patience() || (options_.validate && best);
  if (due && lock_) {
    save(best);
    record["checkpoint"] = checkpoint_;
    options_.progress->log(fmt::format("Wrote {}", checkpoints_.file_of(checkpoint_).string()));
  }
  record["seconds"] = seconds();
  log(record);
}

/// Measures the epoch that has just ended, and notes whether it is the best so far, which it returns.
bool Trainer::validate(Json& record) {
  const double loss = options_.validate();
  if (!std::isfinite(loss))
    fail_diverged(
        Diverged(fmt::format("training diverged: after epoch {} the validation gives {}", state_.epoch, loss)));
  const bool best = state_.best_epoch == 0 || loss < best_measure(state_, measure);
  measured(options_.learning_rate, state_, best);
  if (best) set_best(state_, {{measure, loss}});
  record[measure] = loss;
  record["best"] = best;
  options_.progress->log(fmt::format("Valid loss {:.4f}{}", loss, best ? ", the best so far" : ""));
  return best;
}

void Trainer::save(bool best) {
  checkpoints_.save(checkpoint(), best, options_.keep);
  checkpoint_ = CheckpointFolder::name_of(state_.step);
}

void Trainer::stop() {
  if (!lock_) return options_.progress->log("Stopped");
  const bool is_new = checkpoint_ != CheckpointFolder::name_of(state_.step);
  if (is_new) save(false);
  options_.progress->log(fmt::format("Stopped; {} {}", is_new ? "wrote" : "nothing is newer than",
                                     checkpoints_.file_of(checkpoint_).string()));
}

/// Writes it to the log, and throws Diverged with what is left to go on from.
void Trainer::fail_diverged(const Diverged& error) {
  log(diverged_record(state_, error.what(), seconds()));
  throw Diverged(fmt::format("{}{}. Lower the learning rate or clip the gradients{}", error.what(), kept_checkpoint(),
                             options_.check_numerics ? "" : "; check_numerics names the node"));
}

std::string Trainer::kept_checkpoint() const {
  if (!lock_) return "";
  if (checkpoint_.empty()) return "; there was no checkpoint yet";
  return fmt::format("; {} is kept", checkpoints_.file_of(checkpoint_).string());
}

bool Trainer::is_out_of_patience() const { return options_.validate && out_of_patience(state_, options_.patience); }

void Trainer::log(const Json& record) const {
  if (lock_) append_line(options_.folder / log_file, record.dump());
}

double Trainer::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

}  // namespace weft

#include "models/training/step_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <set>
#include <utility>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/exchange.h"
#include "backends/runtime/numerics.h"
#include "graph/base/checksum.h"
#include "graph/base/error.h"
#include "graph/io/text.h"
#include "graph/leaf.h"
#include "models/training/accumulation.h"
#include "models/training/run/weights.h"
#include "models/training/schedule.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

constexpr const char* loss_output = "loss";
constexpr const char* gradient_norm_output = "gradient_norm";
constexpr const char* learning_rate_name = "learning_rate";  // of an input or an output
constexpr const char* average_weight_input = "average_weight";

bool has_input(const Graph& graph, std::string_view name) {
  const NodeId node = graph.find(name);
  return node && graph.node(node).op->name == "input";
}

double scalar_output(const Execution& step, std::string_view name) {
  return static_cast<double>(step.output(name).as<float>()[0]);
}

void set_scalar(Execution& step, std::string_view name, double number) {
  if (has_input(step.graph(), name)) step.input(name).as<float>()[0] = static_cast<float>(number);
}

void require_scalar(const Graph& graph, ValueId value, std::string_view name) {
  const TensorType& type = graph.type(value);
  require(type == TensorType{DType::f32, Shape{}},
          "the '{}' of the training step '{}' is {}, a float32 scalar is needed", name, graph.name(), type.to_string());
}

void require_updates(const Graph& graph) {
  require(!graph.updates().empty(), "the training step '{}' updates nothing: add an optimiser, such as Adam, to it",
          graph.name());
}

/// Of what the runner itself reads and writes.
void require_scalars(const Graph& graph) {
  for (const Output& output : graph.outputs())
    if (output.name == loss_output || output.name == gradient_norm_output || output.name == learning_rate_name)
      require_scalar(graph, output.value, output.name);
  for (const char* name : {learning_rate_name, average_weight_input})
    if (has_input(graph, name)) require_scalar(graph, graph.node(graph.find(name)).results.front(), name);
}

void require_step(const Graph& graph) {
  require(graph.has_output(loss_output), "the training step '{}' has no output '{}'", graph.name(), loss_output);
  require_updates(graph);
  require_scalars(graph);
}

void require_average(const Graph& update, double average) {
  require(
      has_input(update, average_weight_input) == (average > 0),
      "an average of the weights goes by the input '{}' and the option `average`: the training step '{}' has {}, and "
      "the option is {}",
      average_weight_input, update.name(), average > 0 ? "no such input" : "the input", average);
}

void require_complete_task(const TrainingTask& task) {
  require(task.graph != nullptr, "the training task has no graph");
  require(task.fill != nullptr, "the training task has no function that fills the inputs of a step");
  require(task.batches > 0, "an epoch has {} batches, at least one is needed", task.batches);
  require(task.accumulate > 0, "{} batches make an update, at least one is needed", task.accumulate);
  require((task.accumulate > 1) == (task.update != nullptr),
          "{} batches make an update: the graph of the update is needed when they are several, and only then",
          task.accumulate);
}

/// The states that the graph of an update takes.
std::vector<std::string> accumulated_states(const Graph& update) {
  std::vector<std::string> names;
  for (const NodeId id : update.leaves(leaf::state))
    if (is_accumulated(update.node(id).name)) names.push_back(update.node(id).name);
  return names;
}

std::string checksum_text(const Checksum& checksum) { return fmt::format("{:016x}", checksum.value()); }

/// What is the same in all processes that train together.
std::vector<std::string> lines_of(const TrainingTask& task, const TrainerOptions& options, const Graph& graph) {
  Checksum of_graph;
  of_graph.add(to_text(graph));
  std::vector<std::string> lines = options.alike;
  lines.push_back(fmt::format("{} batches an epoch", task.batches));
  lines.push_back(fmt::format("{} batches an update", task.accumulate));
  lines.push_back(fmt::format("seed {}", options.seed));
  lines.push_back(fmt::format("{} epochs, patience {}", options.epochs, options.patience));
  lines.push_back(fmt::format("learning rate {}, average {}", options.learning_rate.learning_rate, options.average));
  lines.push_back(fmt::format("step '{}' with checksum {}", graph.name(), checksum_text(of_graph)));
  return lines;
}

}  // namespace

StepRunner::StepRunner(TrainingTask task, TrainerOptions options, const Checkpoint* from)
    : task_(std::move(task)),
      options_(std::move(options)),
      variables_(options_.variables ? options_.variables : std::make_shared<Variables>(options_.seed)),
      arena_(std::make_shared<Arena>()),
      communicator_(options_.backend && !options_.alone ? &options_.backend->communicator() : &single_process()) {
  require_complete_task(task_);
  if (!options_.programs) options_.programs = std::make_shared<ProgramCache>();
  programs_.emplace(options_.programs);
  state_.seed = options_.seed;
  // Now, so that all variables are there, and a model that cannot be built fails at once.
  const TrainingTask::Shape first = task_.shape_of({});
  const Graph graph = task_.graph(first);
  require_step(graph);
  if (!communicator_->is_alone()) {
    require_same_lines(*communicator_, "the settings of training", lines_of(task_, options_, graph));
    require_shareable(task_.accumulate, communicator_->size(), options_.advice.accumulate);
    batch_counts_ = batch_counts(graph);
  }
  if (from != nullptr) check_weights(graph, from->variables);
  if (task_.update) {
    const Graph update = task_.update();
    if (!communicator_->is_alone() && options_.overlap) exchange_ = std::make_shared<Exchange>(*communicator_);
    require_updates(update);
    require_scalars(update);
    require_average(update, options_.average);
    update_ = compiled(update);
    if (exchange_) exchanged_ = exchanged_variables(update_->graph());
    if (task_.accumulate / communicator_->size() > PartialSums::most_in_states) exchanged_.sums.clear();
    partial_sums_.emplace(*variables_, accumulated_states(update));
    sharded_.emplace(update, *variables_, *communicator_);
  } else {
    require_average(graph, options_.average);
  }
  programs_->find(first, [&] { return compiled_step(graph); });
  if (from != nullptr) restore(*from);
  share();
}

StepRunner::~StepRunner() = default;

Execution StepRunner::compiled(const Graph& graph, const ExchangedVariables& exchanged) const {
  const Backend& backend = options_.backend ? *options_.backend : onednn_backend();
  CompileOptions options{.precision = options_.precision,
                         .memory_budget = options_.memory_budget,
                         .exchange = exchange_,
                         .exchanged = exchanged};
  if (options_.check_numerics) options = without_fusions(std::move(options));
  if (options_.alone)
    for (const Pass* of_processes : {&pass::shard_updates, &pass::data_parallel})
      options.disabled_passes.emplace_back(of_processes->name);
  Execution execution(compile(graph, backend, options), {variables_, arena_});
  if (options_.check_numerics) execution.attach(std::make_shared<NumericsCheck>());
  return execution;
}

Execution StepRunner::compiled_step(const Graph& graph) {
  Execution step = compiled(graph, exchanged_);
  if (step.report().arena_bytes > largest_.arena_bytes) largest_ = step.report();
  return step;
}

std::shared_ptr<Execution> StepRunner::execution(const TrainingTask::Shape& shape) {
  return programs_->find(shape, [&] {
    const Graph graph = task_.graph(shape);
    require_step(graph);
    return compiled_step(graph);
  });
}

void StepRunner::profile_runs(bool on) {
  programs_->profile_runs(on);
  if (update_profiler_) update_->detach(*update_profiler_);
  update_profiler_ = on && update_ ? weft::profile_runs(*update_) : nullptr;
}

ProfileByKind StepRunner::profile() const {
  ProfileByKind profile;
  visit_profiles([&](const Profiler& profiler) { profile.add(profiler.steps()); });
  return profile;
}

void StepRunner::visit_profiles(const std::function<void(const Profiler&)>& visit) const {
  programs_->visit_profiles(visit);
  if (update_profiler_) visit(*update_profiler_);
}

void StepRunner::compile_all(const std::function<void(const Execution&)>& visit) {
  std::set<TrainingTask::Shape> shapes;
  for (std::int64_t batch = 0; batch < task_.batches; ++batch) shapes.insert(task_.shape_of({state_.epoch, batch}));
  for (const TrainingTask::Shape& shape : shapes) {
    const std::shared_ptr<Execution> step = execution(shape);
    if (visit) visit(*step);
  }
  if (visit && update_) visit(*update_);
}

void StepRunner::restore(const Checkpoint& checkpoint) {
  if (sharded_ && !sharded_->empty())
    restore_shards(checkpoint);
  else
    restore_variables(checkpoint, options_.seed, *variables_);
  require(checkpoint.state.batch_in_epoch <= task_.batches,
          "the checkpoint has done {} batches of an epoch, the task has {}", checkpoint.state.batch_in_epoch,
          task_.batches);
  // An earlier version could stop between the batches of an update, and kept what these had left.
  require(checkpoint.state.batch_in_epoch % task_.accumulate == 0 || checkpoint.state.batch_in_epoch == task_.batches,
          "the checkpoint was written between the batches of an update, by an earlier version; go on from another one");
  if (partial_sums_) partial_sums_->clear();
  reports_.clear();
  state_ = checkpoint.state;
}

/// A sharded variable takes this process's shard; the others' are shared later.
void StepRunner::restore_shards(Checkpoint checkpoint) {
  for (const auto& [name, type] : sharded_->types()) {
    const auto at = checkpoint.variables.find(name);
    if (at == checkpoint.variables.end() || at->second.type() != type) continue;  // restore_variables says it
    Tensor& whole = whole_.insert_or_assign(name, std::move(at->second)).first->second;
    at->second = sharded_->shard_of(name, whole);
  }
  restore_variables(checkpoint, options_.seed, *variables_);
}

std::int64_t StepRunner::steps_per_epoch() const { return (task_.batches + task_.accumulate - 1) / task_.accumulate; }

/// Sets what the next update is made by.
void StepRunner::set_rates(Execution& update, double learning_rate) const {
  set_scalar(update, learning_rate_name, learning_rate);
  if (options_.average > 0) set_scalar(update, average_weight_input, average_weight(options_.average, state_.step + 1));
}

StepReport StepRunner::report_of(std::int64_t batch) const {
  StepReport report{.epoch = state_.epoch + 1,
                    .batch = batch + 1,
                    .batches = task_.batches,
                    .learning_rate = learning_rate(options_.learning_rate, state_),
                    .tokens = task_.tokens_of({state_.epoch, batch})};
  require(report.tokens > 0, "batch {} of epoch {} has {} tokens, at least one is needed", report.batch, report.epoch,
          report.tokens);
  // An epoch's last batches make an update even if they are fewer.
  report.updated = report.batch % task_.accumulate == 0 || report.batch == report.batches;
  return report;
}

/// Returns the loss. `number_in_share`: of this process's batches of the update, from 0.
double StepRunner::run_micro_batch(std::int64_t batch, std::int64_t number_in_share) {
  TrainingState state = state_;
  state.batch_in_epoch = batch;
  const BatchNumber number{state.epoch, batch};
  const TrainingTask::Shape shape = task_.shape_of(number);
  const std::shared_ptr<Execution> step = execution(shape);
  if (partial_sums_) partial_sums_->prepare(number_in_share);
  task_.fill(number, *step);
  if (!update_) set_rates(*step, learning_rate(options_.learning_rate, state_));
  const StepObserver& observer = options_.observer;
  if (observer.before) observer.before(state.step + 1, shape, *step);
  run_step(*step, state);
  if (observer.after) observer.after(state.step + 1, *step);
  if (!update_) updated_by_ = step;
  return task_.per_token(number, scalar_output(*step, loss_output));
}

/// Behind `count` batches of this process, and notes in the report of the last one what came of it.
void StepRunner::run_update(StepReport& report, std::int64_t count) {
  if (update_) {
    partial_sums_->finish(count);
    set_rates(*update_, report.learning_rate);
    run_step(*update_, state_);
    if (options_.observer.after_update) options_.observer.after_update(state_.step + 1, *update_);
  }
  const Execution& update = update_ ? *update_ : *updated_by_;
  if (update.graph().has_output(gradient_norm_output))
    report.gradient_norm = scalar_output(update, gradient_norm_output);
  if (update.graph().has_output(learning_rate_name)) report.learning_rate = scalar_output(update, learning_rate_name);
}

/// Leaves the state as it was; throws Diverged when the batch, or the update that it ends, makes what is no number.
StepReport StepRunner::run_batch(std::int64_t batch) {
  if (!communicator_->is_alone()) return shared_batch(batch);
  StepReport report = report_of(batch);
  const std::int64_t number = batch % task_.accumulate;
  report.loss = run_micro_batch(batch, number);
  report.gradient_norm = last_.gradient_norm;
  if (report.updated) run_update(report, number + 1);
  require_finite(report, state_.step + 1);
  return report;
}

/// The batches of an update are told one by one when all processes have done theirs.
StepReport StepRunner::shared_batch(std::int64_t batch) {
  if (reports_.empty()) run_shared_update(batch);
  const StepReport report = reports_.front();
  reports_.pop_front();
  require_finite(report, state_.step + 1);
  return report;
}

/// The batches from `first` on: each process does as many as the others, one behind the other, and at the end of an
/// epoch those that are there.
void StepRunner::run_shared_update(std::int64_t first) {
  check_invariant(first % task_.accumulate == 0, "an update begins at batch {} of {} each", first, task_.accumulate);
  const std::int64_t last = std::min(first + task_.accumulate, task_.batches);
  const std::int64_t share = task_.accumulate / communicator_->size();
  const std::int64_t own_first = std::min(first + communicator_->rank() * share, last);
  const std::int64_t own_last = std::min(own_first + share, last);
  std::vector<double> losses(static_cast<std::size_t>(share));
  skip_batches(batch_counts_, own_first - first, *variables_);
  for (std::int64_t batch = own_first; batch < own_last; ++batch) {
    if (exchange_) exchange_->hold_sums(batch + 1 < own_last);
    losses[static_cast<std::size_t>(batch - own_first)] = run_micro_batch(batch, batch - own_first);
  }
  if (exchange_) exchange_->hold_sums(false);
  skip_batches(batch_counts_, last - own_last, *variables_);
  losses = numbers_of_all(*communicator_, losses);
  reports_.clear();
  for (std::int64_t batch = first; batch < last; ++batch) {
    StepReport& report = reports_.emplace_back(report_of(batch));
    report.loss = losses[static_cast<std::size_t>(batch - first)];
    report.gradient_norm = last_.gradient_norm;
  }
  run_update(reports_.back(), own_last - own_first);
}

Checkpoint StepRunner::checkpoint() const {
  if (exchange_) exchange_->finish();
  Checkpoint checkpoint{{}, state_};
  for (const std::string& name : variables_->names()) {
    if (is_accumulated(name)) continue;
    if (!is_sharded(name) && !communicator_->is_first()) continue;
    Tensor whole = is_sharded(name) ? sharded_->whole(name) : variables_->get(name);
    if (communicator_->is_first()) checkpoint.variables.emplace(name, std::move(whole));
  }
  return checkpoint;
}

void StepRunner::share() {
  if (communicator_->is_alone()) return;
  std::array<std::int64_t, 9> numbers{state_.step,
                                      state_.epoch,
                                      state_.batch_in_epoch,
                                      std::bit_cast<std::int64_t>(state_.epoch_loss_sum),
                                      state_.epoch_tokens,
                                      state_.best_epoch,
                                      state_.worse_epochs,
                                      state_.cuts,
                                      std::bit_cast<std::int64_t>(state_.seed)};
  communicator_->broadcast(std::as_writable_bytes(std::span(numbers)));
  state_.step = numbers[0];
  state_.epoch = numbers[1];
  state_.batch_in_epoch = numbers[2];
  state_.epoch_loss_sum = std::bit_cast<double>(numbers[3]);
  state_.epoch_tokens = numbers[4];
  state_.best_epoch = numbers[5];
  state_.worse_epochs = numbers[6];
  state_.cuts = numbers[7];
  state_.seed = std::bit_cast<std::uint64_t>(numbers[8]);
  for (const std::string& name : variables_->names()) {
    if (is_accumulated(name) || is_sharded(name)) continue;
    Tensor tensor = variables_->get(name);
    communicator_->broadcast(tensor.bytes());
    variables_->set(name, tensor);
  }
  share_wholes();
}

bool StepRunner::is_sharded(const std::string& name) const { return sharded_ && sharded_->types().contains(name); }

void StepRunner::share_wholes() {
  bool is_restored = !whole_.empty();
  communicator_->broadcast(std::as_writable_bytes(std::span(&is_restored, 1)));
  if (!is_restored) return;
  for (const auto& [name, type] : sharded_->types()) {
    Tensor whole = communicator_->is_first() ? std::move(whole_.at(name)) : Tensor(type);
    communicator_->broadcast(whole.bytes());
    variables_->set(name, sharded_->shard_of(name, whole));
  }
  whole_.clear();
}

/// They would part where processors of different kinds round differently.
void StepRunner::require_same_weights() const {
  if (communicator_->is_alone()) return;
  std::vector<std::string> lines;
  for (const std::string& name : variables_->names()) {
    if (is_sharded(name)) continue;
    Checksum checksum;
    checksum.add(variables_->get(name).bytes());
    lines.push_back(fmt::format("'{}' with checksum {}", name, checksum_text(checksum)));
  }
  require_same_lines(*communicator_, fmt::format("the weights after epoch {}", state_.epoch), lines);
}

std::optional<EpochReport> StepRunner::run_epoch(const std::function<bool(const StepReport&)>& on_step) {
  const auto report = weft::run_epoch(
      state_, task_.batches, [this](std::int64_t batch) { return run_batch(batch); }, on_step, last_);
  if (exchange_) exchange_->finish();
  if (report) require_same_weights();
  return report;
}

void StepRunner::set_measured(bool best, const Measures& measures) {
  measured(options_.learning_rate, state_, best);
  if (best) set_best(state_, measures);
}

}  // namespace weft

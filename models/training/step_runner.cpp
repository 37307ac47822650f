#include "models/training/step_runner.h"

#include <algorithm>
#include <set>
#include <utility>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/numerics.h"
#include "graph/base/error.h"
#include "models/training/run/weights.h"
#include "models/training/schedule.h"

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

}  // namespace

StepRunner::StepRunner(TrainingTask task, TrainerOptions options, const Checkpoint* from)
    : task_(std::move(task)),
      options_(std::move(options)),
      variables_(options_.variables ? options_.variables : std::make_shared<Variables>(options_.seed)),
      arena_(std::make_shared<Arena>()) {
  require_complete_task(task_);
  if (!options_.programs) options_.programs = std::make_shared<ProgramCache>();
  programs_.emplace(options_.programs);
  state_.seed = options_.seed;
  // Now, so that all variables are there, and a model that cannot be built fails at once.
  const TrainingTask::Shape first = task_.shape_of({});
  const Graph graph = task_.graph(first);
  require_step(graph);
  if (from != nullptr) check_weights(graph, from->variables);
  if (task_.update) {
    const Graph update = task_.update();
    require_updates(update);
    require_scalars(update);
    require_average(update, options_.average);
    update_ = compiled(update);
  } else {
    require_average(graph, options_.average);
  }
  programs_->find(first, [&] { return compiled_step(graph); });
  if (from != nullptr) restore(*from);
}

StepRunner::~StepRunner() = default;

Execution StepRunner::compiled(const Graph& graph) const {
  const Backend& backend = options_.backend ? *options_.backend : onednn_backend();
  CompileOptions options{.precision = options_.precision, .memory_budget = options_.memory_budget};
  if (options_.check_numerics) options = without_fusions(std::move(options));
  Execution execution(compile(graph, backend, options), {variables_, arena_});
  if (options_.check_numerics) execution.attach(std::make_shared<NumericsCheck>());
  return execution;
}

Execution StepRunner::compiled_step(const Graph& graph) {
  Execution step = compiled(graph);
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
  restore_variables(checkpoint, options_.seed, *variables_);
  require(checkpoint.state.batch_in_epoch <= task_.batches,
          "the checkpoint has done {} batches of an epoch, the task has {}", checkpoint.state.batch_in_epoch,
          task_.batches);
  state_ = checkpoint.state;
}

std::int64_t StepRunner::steps_per_epoch() const { return (task_.batches + task_.accumulate - 1) / task_.accumulate; }

/// Sets what the next update is made by.
void StepRunner::set_rates(Execution& update, double learning_rate) const {
  set_scalar(update, learning_rate_name, learning_rate);
  if (options_.average > 0) set_scalar(update, average_weight_input, average_weight(options_.average, state_.step + 1));
}

/// Leaves the state as it was; throws Diverged when the batch, or the update that it ends, makes what is no number.
StepReport StepRunner::run_batch(std::int64_t batch) {
  const BatchNumber number{state_.epoch, batch};
  const std::int64_t step_number = state_.step + 1;
  StepReport report{.epoch = number.epoch + 1,
                    .batch = number.batch + 1,
                    .batches = task_.batches,
                    .learning_rate = learning_rate(options_.learning_rate, state_),
                    .tokens = task_.tokens_of(number)};
  require(report.tokens > 0, "batch {} of epoch {} has {} tokens, at least one is needed", report.batch, report.epoch,
          report.tokens);
  // An epoch's last batches make an update even if they are fewer.
  report.updated = report.batch % task_.accumulate == 0 || report.batch == report.batches;
  const TrainingTask::Shape shape = task_.shape_of(number);
  const std::shared_ptr<Execution> program = execution(shape);
  Execution& step = *program;
  Execution& update = update_ ? *update_ : step;
  task_.fill(number, step);
  set_rates(update, report.learning_rate);
  const StepObserver& observer = options_.observer;
  if (observer.before) observer.before(step_number, shape, step);
  run_step(step, state_);
  if (observer.after) observer.after(step_number, step);
  report.loss = task_.per_token(number, scalar_output(step, loss_output));
  if (update_ && report.updated) {
    run_step(update, state_);
    if (observer.after_update) observer.after_update(step_number, update);
  }
  if (!report.updated)
    report.gradient_norm = last_.gradient_norm;
  else if (update.graph().has_output(gradient_norm_output))
    report.gradient_norm = scalar_output(update, gradient_norm_output);
  if (report.updated && update.graph().has_output(learning_rate_name))
    report.learning_rate = scalar_output(update, learning_rate_name);
  require_finite(report, step_number);
  return report;
}

std::optional<EpochReport> StepRunner::run_epoch(const std::function<bool(const StepReport&)>& on_step) {
  return weft::run_epoch(
      state_, task_.batches, [this](std::int64_t batch) { return run_batch(batch); }, on_step, last_);
}

void StepRunner::set_measured(bool best, const Measures& measures) {
  measured(options_.learning_rate, state_, best);
  if (best) set_best(state_, measures);
}

}  // namespace weft

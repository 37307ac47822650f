#include "models/training/trainer.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "graph/base/counted.h"
#include "graph/base/error.h"
#include "graph/base/quantity.h"
#include "models/training/divergence.h"
#include "models/training/log_lines.h"
#include "models/training/run/log_records.h"
#include "models/training/run/run_files.h"

namespace weft {

Trainer::Trainer(TrainingTask task, TrainerOptions options)
    : task_(std::move(task)),
      options_(std::move(options)),
      communicator_(options_.backend ? &options_.backend->communicator() : &single_process()) {
  require_complete();
  if (communicator_->is_first()) {
    checkpoints_ = options_.checkpoints;
  } else {
    options_.folder.clear();
    options_.checkpoint.clear();
    options_.progress.reset();
  }
  if (!options_.progress) options_.progress = std::make_shared<Progress>();
  if (!options_.folder.empty()) {
    lock_.emplace(options_.folder);
    checkpoints_.emplace(options_.folder);
  }
  const bool goes_on = checkpoints_ && (!options_.checkpoint.empty() || !checkpoints_->names().empty());
  if (goes_on)
    resume(options_.checkpoint.empty() ? "latest" : options_.checkpoint);
  else
    steps_.emplace(task_, options_);
}

Trainer::~Trainer() = default;

void Trainer::resume(const std::string& which) {
  require(!CheckpointFolder::is_average(which),
          "an average of checkpoints is to be used, training cannot go on from it: it has no moments");
  checkpoint_ = checkpoints_->resolve(which);
  const Checkpoint from = checkpoints_->load(checkpoint_);
  if (!from.says_provenance) options_.progress->log(unknown_provenance(file_of_checkpoint()));
  try {
    steps_.emplace(task_, options_, &from);
  } catch (const Error& error) {
    fail("{}: {}", file_of_checkpoint(), error.what());
  }
  if (options_.checkpoint.empty()) checkpoints_->prune(options_.keep);
  options_.progress->log(
      fmt::format("Going on from {}: {} and {} are done", file_of_checkpoint(),
                  counted(static_cast<std::uint64_t>(from.state.epoch), "epoch"),
                  counted(static_cast<std::uint64_t>(from.state.batch_in_epoch), "batch", "batches")));
}

void Trainer::require_complete() const {
  require(options_.checkpoint_every > 0, "a checkpoint every {} epochs: at least 1 is needed",
          options_.checkpoint_every);
  require(options_.keep > 0, "no checkpoint is to be kept: the one that was just written is needed");
  require(options_.patience == 0 || options_.validate, "a patience of {} epochs needs a function that measures them",
          options_.patience);
  require(options_.learning_rate.schedule != Schedule::plateau || options_.validate,
          "the schedule plateau needs a function that measures the epochs");
  require(options_.folder.empty() || !options_.checkpoints, "a training has one folder, two are given: '{}' and '{}'",
          options_.folder.string(), options_.checkpoints ? options_.checkpoints->path().string() : "");
}

void Trainer::restore(std::string_view which) {
  if (!communicator_->is_first()) return steps_->share();
  require(checkpoints_.has_value(), "there is no checkpoint {}: the training has no folder", which);
  const std::string name = checkpoints_->resolve(which);
  const Checkpoint checkpoint = checkpoints_->load(name);
  try {
    restore(checkpoint);
  } catch (const Error& error) {
    fail("{}: {}", checkpoints_->file_of(name).string(), error.what());
  }
  checkpoint_ = name;
  steps_->share();
}

TrainingEnd Trainer::run() {
  start_ = Clock::now();
  while (state().epoch < options_.epochs) {
    if (is_out_of_patience()) {
      options_.progress->log(fmt::format("No epoch since the {}. was better ({} {}): training ends{}",
                                         state().best_epoch, options_.advice.patience, options_.patience,
                                         options_.advice.more_patience));
      return TrainingEnd::out_of_patience;
    }
    const std::optional<EpochReport> report = run_epoch();
    if (report) finish_epoch(*report);
    if (!report || stops()) {
      stop();
      return TrainingEnd::stopped;
    }
  }
  return TrainingEnd::epochs_done;
}

/// Nothing when it was stopped.
std::optional<EpochReport> Trainer::run_epoch() {
  Progress& progress = *options_.progress;
  progress.start(fmt::format("Epoch {}", state().epoch + 1), static_cast<std::uint64_t>(task_.batches));
  progress.update(static_cast<std::uint64_t>(state().batch_in_epoch), 0);
  throughput_ = Throughput();
  try {
    const auto report = steps_->run_epoch([this](const StepReport& step) { return finish_step(step); });
    progress.stop();
    return report;
  } catch (const Diverged& error) {
    progress.stop();
    fail_diverged(error, true);
  } catch (...) {
    progress.stop();
    throw;
  }
}

/// Returns false to stop.
bool Trainer::finish_step(const StepReport& report) {
  throughput_.add(report.tokens);
  options_.progress->update(1, static_cast<std::uint64_t>(report.tokens), report.loss);
  if (report.batch % batches_per_record == 0) {
    const double tokens_per_second = throughput_.take();
    log(batch_record(report, state().step, tokens_per_second, seconds()));
    if (report.batch % batches_per_line == 0)
      options_.progress->log(fmt::format("{}, {} tokens/s", batch_line(report.epoch, report.batch, report.loss),
                                         count_text(tokens_per_second)));
  }
  if (options_.on_step) options_.on_step(report);
  return !report.updated || !stops();
}

void Trainer::finish_epoch(const EpochReport& report) {
  options_.progress->log(epoch_line(report.epoch, report.loss));
  Json record = epoch_record(report, state().step);
  const bool best = !options_.validate || validate(record);  // without a measure the newest is the best
  options_.progress->log(epoch_time_line(report.seconds));
  const bool due = report.epoch % options_.checkpoint_every == 0 || report.epoch == options_.epochs ||
                   is_out_of_patience() || (options_.validate && best);
  if (due && save(best)) {
    record["checkpoint"] = checkpoint_;
    options_.progress->log(fmt::format("Wrote {}", file_of_checkpoint()));
  }
  record["program_memory"] = memory_record(steps_->program_memory());
  record["seconds"] = seconds();
  log(record);
}

/// Whether the epoch that has just ended is the best so far, which all note. The first process measures it.
bool Trainer::validate(Json& record) {
  bool best = communicator_->is_first() && measure(record);
  communicator_->broadcast(std::as_writable_bytes(std::span(&best, 1)));
  if (!communicator_->is_first()) steps_->set_measured(best, {});
  return best;
}

bool Trainer::measure(Json& record) {
  const Clock::time_point start = Clock::now();
  const Validation validation = options_.validate();
  const double loss = validation.measures.at(valid_loss);
  if (!std::isfinite(loss))
    fail_diverged(
        Diverged(fmt::format("training diverged: after epoch {} the validation gives {}", state().epoch, loss)), false);
  const bool best = state().best_epoch == 0 || is_better(validation.measures);
  steps_->set_measured(best, validation.measures);
  for (const auto& [name, number] : validation.measures) record[name] = number;
  for (const Json::Member& figure : validation.figures) record[figure.name] = figure.value;
  record["valid_seconds"] = std::chrono::duration<double>(Clock::now() - start).count();
  record["best"] = best;
  options_.progress->log(fmt::format("Valid loss {:.4f}{}{}", loss, validation.text, best ? ", the best so far" : ""));
  return best;
}

bool Trainer::is_better(const Measures& measures) const {
  return options_.is_better ? options_.is_better(measures, state().best)
                            : measures.at(valid_loss) < best_measure(state(), valid_loss);
}

/// Returns whether there is one: not in a process other than the first, whose part goes to that.
bool Trainer::save(bool best) {
  bool has_folder = checkpoints_.has_value();
  communicator_->broadcast(std::as_writable_bytes(std::span(&has_folder, 1)));
  if (!has_folder) return false;
  const Checkpoint all = checkpoint();
  if (!communicator_->is_first()) return false;
  checkpoints_->save(all, best, options_.keep);
  checkpoint_ = CheckpointFolder::name_of(state().step);
  return true;
}

/// A checkpoint bears the number of updates. When there is one of that number, all that is new is the gradients of some
/// batches (TrainingTask::accumulate), and going on from it computes them again.
void Trainer::stop() {
  bool is_new = checkpoints_ && checkpoint_ != CheckpointFolder::name_of(state().step);
  communicator_->broadcast(std::as_writable_bytes(std::span(&is_new, 1)));
  if (is_new) save(false);
  if (!checkpoints_) return options_.progress->log("Stopped");
  options_.progress->log(fmt::format("Stopped; {} {}{}", is_new ? "wrote" : "nothing is newer than",
                                     file_of_checkpoint(), options_.advice.go_on));
}

/// Writes it to the log, and throws Diverged with the node at fault, if that is looked for, and what is left to go on
/// from.
void Trainer::fail_diverged(const Diverged& error, bool in_a_step) {
  // Each process knows of a loss that is no number, but what checks the kernels' values sees its own.
  const bool all_know = in_a_step && !options_.check_numerics;
  std::byte first_is_done{};
  if (!communicator_->is_first()) {
    if (all_know) communicator_->broadcast(std::span(&first_is_done, 1));
    throw error;
  }
  log(diverged_record(state(), error.what(), seconds()));
  const bool searches = in_a_step && options_.find_divergence && !options_.check_numerics;
  const std::optional<std::string> cause = searches ? first_not_finite(error) : std::nullopt;
  const bool names_node = cause || options_.check_numerics;
  if (all_know) communicator_->broadcast(std::span(&first_is_done, 1));
  throw Diverged(fmt::format("{}{}. Lower the learning rate or clip the gradients{}",
                             cause ? *cause : std::string(error.what()), kept_checkpoint(),
                             names_node ? "" : fmt::format("; {} names the node", options_.advice.check_numerics)));
}

std::optional<std::string> Trainer::first_not_finite(const Diverged& error) const {
  std::optional<Checkpoint> from;
  if (!checkpoint_.empty()) from = checkpoints_->load(checkpoint_);
  options_.progress->log(
      fmt::format("{}. To find the node at fault, its last {} steps are done once more, unless it is stopped",
                  error.what(), state().step + 1 - (from ? from->state.step : 0)));
  return weft::first_not_finite(task_, options_, from, state().step, [this] { return !wants_to_stop(); });
}

std::string Trainer::kept_checkpoint() const {
  if (!checkpoints_) return "";
  if (checkpoint_.empty()) return "; there was no checkpoint yet";
  return fmt::format("; {} is kept", file_of_checkpoint());
}

bool Trainer::is_out_of_patience() const { return options_.validate && out_of_patience(state(), options_.patience); }

void Trainer::log(const Json& record) const {
  if (checkpoints_) append_line(checkpoints_->path() / log_file, record.dump());
}

double Trainer::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

}  // namespace weft

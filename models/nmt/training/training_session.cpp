#include "models/nmt/training/training_session.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "graph/base/counted.h"
#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/json_value.h"
#include "graph/base/quantity.h"
#include "graph/io/json.h"
#include "models/nmt/network/model.h"
#include "models/nmt/network/weights.h"
#include "models/nmt/text/language.h"
#include "models/nmt/training/divergence.h"
#include "models/nmt/training/kernel_choice.h"
#include "models/nmt/training/preparation.h"
#include "models/nmt/training/provenance.h"
#include "models/training/log_lines.h"
#include "models/training/run/log_records.h"

namespace weft::nmt {
namespace {

/// The shape that most batches of an epoch have; of several the largest.
BatchShape typical_shape(const BatchPlan& plan) {
  std::map<BatchShape, std::size_t> counts;
  for (const Batch& batch : plan.epoch(0)) ++counts[batch.shape];
  const auto most =
      std::ranges::max_element(counts, std::less_equal<>{}, [](const auto& entry) { return entry.second; });
  return most->first;
}

}  // namespace

TrainingSession::TrainingSession(RunDirectory& run, Progress& progress, const SessionOptions& options)
    : run_(run), progress_(progress), options_(options) {
  const Config& config = run.config();
  const CorpusParts parts = run.parts();
  require(!parts.train.empty(), "'{}' has no train.tsv; train again with --overwrite", run.path().string());
  train_examples_ = encode(parts.train, run.source(), run.target());
  valid_examples_ = encode(parts.valid, run.source(), run.target());
  test_pairs_ = parts.test.size();
  const std::optional<Checkpoint> from = load_checkpoint();
  find_kernels();
  variables_ = std::make_shared<Variables>(config.training.seed);
  const auto programs = std::make_shared<ProgramCache>(options.program_memory);
  trainer_.emplace(config, train_examples_, variables_,
                   TrainerOptions{.memory_budget = options.memory_budget,
                                  .check_numerics = options.check_numerics,
                                  .backend = backend_with(kernels_),
                                  .programs = programs,
                                  .observer = observer()});
  if (!valid_examples_.empty()) {
    measured_ = config.training.average > 0 ? std::make_shared<Variables>() : variables_;
    if (measured_ != variables_) copy_averages(config.model, *variables_, *measured_);
    validator_.emplace(config, valid_examples_, measured_, trainer_->arena(), backend_with(kernels_), programs);
    translations_.emplace(run, parts.valid, measured_, programs);
  }
  if (from) restore(*from);
  if (options.dump_step > 0) prepare_dump();
}

/// Those of a run that has done steps are in its directory; before that they are found, and put there.
void TrainingSession::find_kernels() {
  const std::string& kernels = run_.config().training.kernels;
  if (kernels == default_kernels || run_.has_kernels() || run_.has_checkpoint()) {
    kernels_ = run_.kernels();
    return;
  }
  const auto products = [&] { return training_products(run_.config(), train_examples_, options_.memory_budget); };
  kernels_ = choose_kernels(kernels, products, [&](std::size_t done, std::size_t all) {
    if (done > 0) return progress_.update(1, 0);
    progress_.log(fmt::format("Kernels     those of {} products are measured, once", all));
    progress_.start("Measuring", all);
  });
  progress_.stop();
  run_.write_kernels(*kernels_);
}

/// The caller's, with the dump of a step around it.
StepObserver TrainingSession::observer() {
  if (options_.dump_step == 0) return options_.observer;
  StepObserver observer = options_.observer;
  observer.before = [this](std::int64_t step, const BatchShape& shape, const Execution& execution) {
    if (dump_) dump_->before(step, shape, execution);
    if (options_.observer.before) options_.observer.before(step, shape, execution);
  };
  observer.after = [this](std::int64_t step, const Execution& execution) {
    if (options_.observer.after) options_.observer.after(step, execution);
    if (!dump_ || step != dump_->step()) return;
    dump_->after(step, execution);
    progress_.log(fmt::format("Wrote step {}. Run it again with: {}", step, dump_->replay_command()));
  };
  return observer;
}

void TrainingSession::prepare_dump() {
  const std::int64_t done = trainer_->state().step;
  const std::int64_t all = run_.config().training.epochs * trainer_->steps_per_epoch();
  require(options_.dump_step > done && options_.dump_step <= all,
          "--dump-step {}: this run does the steps {} to {} ({} an epoch)", options_.dump_step, done + 1, all,
          trainer_->steps_per_epoch());
  dump_.emplace(run_.config(), options_.dump_folder, options_.dump_step, kernels_);
}

/// The checkpoint to go on from, if there is any. That its weights are the model's is known before any are made.
std::optional<Checkpoint> TrainingSession::load_checkpoint() {
  if (!run_.has_checkpoint() && options_.checkpoint.empty()) return std::nullopt;
  const std::string wanted = options_.checkpoint.empty() ? "latest" : options_.checkpoint;
  require(!RunDirectory::is_average(wanted),
          "an average of checkpoints is to translate with, training cannot go on from it: it has no moments");
  checkpoint_ = run_.resolve(wanted);
  Checkpoint checkpoint = run_.load(checkpoint_);
  if (!checkpoint.says_provenance) progress_.log(unknown_provenance(run_.checkpoint_path(checkpoint_)));
  try {
    check_weights(run_.config().model, checkpoint.variables);
  } catch (const Error& error) {
    fail("{}: {}", run_.checkpoint_path(checkpoint_).string(), error.what());
  }
  return checkpoint;
}

void TrainingSession::restore(const Checkpoint& checkpoint) {
  const std::string path = run_.checkpoint_path(checkpoint_).string();
  try {
    trainer_->restore(checkpoint);
  } catch (const Error& error) {
    fail("{}: {}", path, error.what());
  }
  if (options_.checkpoint.empty()) run_.prune(static_cast<std::size_t>(run_.config().training.keep));
  progress_.log(fmt::format("Going on from {}: {} and {} are done", path,
                            counted(static_cast<std::uint64_t>(checkpoint.state.epoch), "epoch"),
                            counted(static_cast<std::uint64_t>(checkpoint.state.batch_in_epoch), "batch", "batches")));
}

void TrainingSession::describe() const {
  const Config& config = run_.config();
  const BatchPlan& plan = trainer_->plan();
  const PaddingShare padding = plan.padding();
  progress_.log(fmt::format("Sentences   {} to train on, {} to validate with, {} to test with", train_examples_.size(),
                            valid_examples_.size(), test_pairs_));
  const std::string source = language_name(config.source_language);
  const std::string target = language_name(config.target_language);
  progress_.log(fmt::format("Vocabulary  {} {} ids, {} {} ids", config.model.source_vocabulary, source,
                            config.model.target_vocabulary, target));
  progress_.log(fmt::format("Batches     {} an epoch in {}, {:.2f} % padding ({:.2f} % {}, {:.2f} % {})",
                            plan.batches_per_epoch(), counted(plan.shapes().size(), "shape"), 100 * padding.overall,
                            100 * padding.source, source, 100 * padding.target, target));
  if (config.training.accumulate > 1)
    progress_.log(fmt::format("Updates     {} an epoch, each by the gradients of {} batches (--accumulate)",
                              trainer_->steps_per_epoch(), config.training.accumulate));
  progress_.log(fmt::format("Model       {} parameters: embedding {}, units {}, variant {}",
                            count_text(static_cast<double>(count_parameters(config.model))), config.model.embedding,
                            config.model.units, to_string(config.model.variant)));
  if (translations_ && translations_->size() > 0) {
    progress_.log(fmt::format("Validation  the loss of {}, BLEU and chrF of {} of them; best by {}",
                              counted(valid_examples_.size(), "sentence"), translations_->size(),
                              to_string(config.training.best_by)));
  }
  if (kernels_) {
    progress_.log(fmt::format("Kernels     {} products as in {}, {} of them not as by default", kernels_->size(),
                              run_.kernels_path().string(), kernels_->differing()));
  }
  progress_.log(fmt::format("Run         {}", run_.path().string()));
}

void TrainingSession::describe_memory() const {
  const ProgramReport report = trainer_->largest();
  const RematerialiseReport& again = report.rematerialised;
  progress_.log(fmt::format("Memory      {} for the largest shape, {} saved by {} more and {:.2f} % more arithmetic",
                            bytes_text(report.arena_bytes), bytes_text(again.bytes_saved),
                            counted(static_cast<std::uint64_t>(again.nodes), "node"),
                            100.0 * again.flops / (report.flops - again.flops)));
}

void TrainingSession::write_graph() const {
  const BatchShape shape = typical_shape(trainer_->plan());
  const ModelShape model_shape{static_cast<std::int64_t>(shape.rows), static_cast<std::int64_t>(shape.source_length),
                               static_cast<std::int64_t>(shape.target_length)};
  run_.write_graph(to_json(training_graph(run_.config().model, run_.config().training, model_shape)));
}

int TrainingSession::run() {
  const std::int64_t epochs = run_.config().training.epochs;
  describe();
  if (options_.memory_budget) {
    trainer_->compile_all();  // so that a shape that cannot keep to the budget fails now, not in an hour
    describe_memory();
  }
  write_graph();
  start_ = Clock::now();
  if (trainer_->state().epoch >= epochs) {
    progress_.log(fmt::format("{} done; --resume with a larger --epochs goes on",
                              epochs == 1 ? "The only epoch is" : fmt::format("All {} epochs are", epochs)));
  }
  int status = 0;
  while (trainer_->state().epoch < epochs && status == 0) {
    if (is_out_of_patience()) {
      progress_.log(
          fmt::format("No epoch since the {}. was better (--patience {}): training ends; --resume with a "
                      "larger --patience, or 0, goes on",
                      trainer_->state().best_epoch, run_.config().training.patience));
      break;
    }
    const std::optional<EpochReport> report = run_epoch();
    if (report) finish_epoch(*report);
    if (const int signal = options_.stop(); signal != 0) status = stop(signal);
  }
  progress_.log(fmt::format("Programs    {} (--program-memory)", to_string(trainer_->program_memory())));
  return status;
}

std::optional<EpochReport> TrainingSession::run_epoch() {
  const TrainingState& state = trainer_->state();
  const std::size_t batches = trainer_->plan().batches_per_epoch();
  progress_.start(fmt::format("Epoch {}", state.epoch + 1), batches);
  progress_.update(static_cast<std::uint64_t>(state.batch_in_epoch), 0);
  throughput_ = Throughput();
  try {
    return trainer_->run_epoch([this](const StepReport& report) { return finish_step(report); });
  } catch (const Diverged& error) {
    progress_.stop();
    fail_diverged(error);
  } catch (const Error& error) {
    progress_.stop();
    fail("{}: {}", run_.path().string(), error.what());
  }
}

/// Writes it to the log and throws Error with the node at fault.
void TrainingSession::fail_diverged(const Diverged& error) {
  const TrainingState& state = trainer_->state();
  run_.log(diverged_record(state, error.what(), seconds()).dump());
  const std::string kept = checkpoint_.empty() ? "there was no checkpoint yet"
                                               : fmt::format("{} is kept", run_.checkpoint_path(checkpoint_).string());
  if (options_.check_numerics) fail("{}: {}\n{}", run_.path().string(), error.what(), kept);
  const std::optional<Checkpoint> from = checkpoint_.empty() ? std::nullopt : std::optional(run_.load(checkpoint_));
  progress_.log(fmt::format("{}. To find the node at fault, its last {} steps are done once more; Ctrl-C stops that",
                            error.what(), state.step + 1 - (from ? from->state.step : 0)));
  const std::optional<std::string> cause = first_not_finite(run_.config(), train_examples_, kernels_, from, state.step,
                                                            [this] { return options_.stop() == 0; });
  fail("{}: {}; {}. Lower the learning rate or clip the gradients\n{}", run_.path().string(),
       cause ? *cause : std::string(error.what()), kept, cause ? "" : "--check-numerics names the node");
}

/// Returns false to stop.
bool TrainingSession::finish_step(const StepReport& report) {
  throughput_.add(report.tokens);
  progress_.update(1, static_cast<std::uint64_t>(report.tokens), report.loss);
  if (report.batch % batches_per_record == 0) {
    const double tokens_per_second = throughput_.take();
    run_.log(batch_record(report, trainer_->state().step, tokens_per_second, seconds()).dump());
    if (report.batch % batches_per_line == 0) {
      progress_.log(fmt::format("{}, {} tokens/s", batch_line(report.epoch, report.batch, report.loss),
                                count_text(tokens_per_second)));
    }
  }
  return options_.stop() == 0;
}

void TrainingSession::finish_epoch(const EpochReport& report) {
  progress_.stop();
  progress_.log(epoch_line(report.epoch, report.loss));
  Json record = epoch_record(report, trainer_->state().step);
  const bool best = !validator_ || validate(record);  // without a measure the newest is the best
  progress_.log(epoch_time_line(report.seconds));
  const TrainingConfig& training = run_.config().training;
  const bool due =
      report.epoch % training.checkpoint_every == 0 || report.epoch == training.epochs || is_out_of_patience();
  if (due || (validator_ && best)) {
    save(best);
    record["checkpoint"] = checkpoint_;
    progress_.log(fmt::format("Wrote {}", run_.checkpoint_path(checkpoint_).string()));
  }
  const ProgramMemory programs = trainer_->program_memory();
  record["program_memory"] = Json{{"programs", programs.programs},
                                  {"bytes", programs.bytes},
                                  {"budget", programs.budget},
                                  {"evicted", programs.evicted}};
  record["seconds"] = seconds();
  run_.log(record.dump());
}

void TrainingSession::save(bool best) {
  run_.save(trainer_->checkpoint(), best, static_cast<std::size_t>(run_.config().training.keep));
  checkpoint_ = run_.resolve("latest");
}

/// Measures the epoch that has just ended, and notes whether it is the best so far, which it returns.
bool TrainingSession::validate(Json& record) {
  const Clock::time_point start = Clock::now();
  const TrainingState& state = trainer_->state();
  if (measured_ != variables_) copy_averages(run_.config().model, *variables_, *measured_);
  const double loss = validator_->loss();
  require(std::isfinite(loss), "{}: training diverged: after epoch {} the loss of the validation sentences is {}; {}",
          run_.path().string(), state.epoch, loss,
          "the checkpoints before it are kept: lower the learning rate or clip the gradients");
  record["valid_loss"] = loss;
  record["valid_perplexity"] = std::exp(loss);
  std::string scores;
  double bleu = 0;
  if (translations_->size() > 0) {
    const Metrics metrics = translations_->score();
    bleu = metrics.bleu.score;
    record["valid_bleu"] = bleu;
    record["valid_chrf"] = metrics.chrf;
    record["valid_sentences"] = translations_->size();
    scores = fmt::format(", BLEU {:.2f}, chrF {:.2f}", bleu, metrics.chrf);
  }
  if (translations_->sample_count() > 0) run_.add_samples(translations_->samples(state.epoch, state.step));
  record["valid_seconds"] = std::chrono::duration<double>(Clock::now() - start).count();
  const bool best = is_best(loss, bleu);
  trainer_->set_measured(best, loss, bleu);
  record["best"] = best;
  progress_.log(fmt::format("Valid loss {:.4f} per token, perplexity {:.3f}{}{}", loss, std::exp(loss), scores,
                            best ? ", the best so far" : ""));
  return best;
}

bool TrainingSession::is_best(double loss, double bleu) const {
  const TrainingState& state = trainer_->state();
  if (state.best_epoch == 0) return true;
  return run_.config().training.best_by == BestBy::bleu ? bleu > best_measure(state, valid_bleu)
                                                        : loss < best_measure(state, valid_loss);
}

bool TrainingSession::is_out_of_patience() const {
  return validator_ && out_of_patience(trainer_->state(), run_.config().training.patience);
}

/// A checkpoint bears the number of updates. When there is one of that number, all that is new is the gradients of some
/// batches (--accumulate), and going on from it computes them again.
int TrainingSession::stop(int signal) {
  progress_.stop();
  const bool is_new = checkpoint_ != RunDirectory::checkpoint_name(trainer_->state().step);
  if (is_new) save(false);
  progress_.log(fmt::format("Stopped; {} {}. Go on with: weft-nmt train --resume --out {}",
                            is_new ? "wrote" : "nothing is newer than", run_.checkpoint_path(checkpoint_).string(),
                            run_.path().string()));
  return 128 + signal;
}

double TrainingSession::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

}  // namespace weft::nmt

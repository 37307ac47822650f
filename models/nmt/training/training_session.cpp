#include "models/nmt/training/training_session.h"

#include <fmt/format.h>

#include <cmath>
#include <csignal>
#include <map>

#include "graph/base/counted.h"
#include "graph/base/error.h"
#include "graph/base/quantity.h"
#include "graph/io/json.h"
#include "models/nmt/config/settings.h"
#include "models/nmt/network/model.h"
#include "models/nmt/text/language.h"
#include "models/nmt/training/encoding.h"
#include "models/nmt/training/kernel_choice.h"
#include "models/training/run/weights.h"

namespace weft::nmt {
namespace {

/// The shape that most batches of an epoch have; of several the largest.
BatchShape typical_shape(const BatchPlan& plan) {
  const std::map<BatchShape, std::size_t> counts = plan.shape_counts();
  const auto most =
      std::ranges::max_element(counts, std::less_equal<>{}, [](const auto& entry) { return entry.second; });
  return most->first;
}

}  // namespace

TrainingSession::TrainingSession(RunDirectory& run, Progress& progress, const SessionOptions& options)
    : run_(run),
      progress_(progress),
      options_(options),
      programs_(std::make_shared<ProgramCache>(options.program_memory)) {
  const Config& config = run.config();
  require(std::filesystem::exists(run.pairs_path(Part::train)), "'{}' has no train.tsv; train again with --overwrite",
          run.path().string());
  const bool has_valid = std::filesystem::exists(run.pairs_path(Part::valid));
  if (is_first()) {
    RunDirectory::clear_unfinished(run.path());
    encode_part(run, Part::train, progress);
    if (has_valid) encode_part(run, Part::valid, progress);
    run.pairs(Part::test)([this](const Pair&) { ++test_pairs_; });
  }
  wait_for_first();
  train_examples_.emplace(run.ids_path(Part::train));
  if (has_valid) valid_examples_.emplace(run.ids_path(Part::valid));
  plan_ = batch_plan(config, *train_examples_);
  if (is_first()) find_kernels();
  wait_for_first();
  if (!is_first()) kernels_ = run.kernels();
  trainer_.emplace(training_task(config, *train_examples_, plan_), trainer_options());
  if (valid_examples_ && is_first()) {
    measured_ = trainer_->variables();
    if (config.training.average > 0) {
      measured_ = std::make_shared<Variables>();
      copy_averages(parameters_graph(config.model), *trainer_->variables(), *measured_);
    }
    valid_loss_.emplace(validation_task(config, *valid_examples_), measured_, trainer_->arena(), backend_with(kernels_),
                        programs_);
    translations_.emplace(run, *valid_examples_, measured_, programs_);
  }
  if (options.dump_step > 0 && is_first()) prepare_dump();
}

/// Until the first process has written what the others read.
void TrainingSession::wait_for_first() const {
  std::byte files_are_there{};
  if (options_.communicator) options_.communicator->broadcast(std::span(&files_are_there, 1));
}

/// Those of a run that has done steps are in its directory; before that they are found, and put there.
void TrainingSession::find_kernels() {
  const std::string& kernels = run_.config().training.kernels;
  if (kernels == default_kernels || run_.has_kernels() || !run_.names().empty()) {
    kernels_ = run_.kernels();
    return;
  }
  const auto products = [&] { return training_products(run_.config(), *train_examples_, options_.memory_budget); };
  kernels_ = choose_kernels(kernels, products, [&](std::size_t done, std::size_t all) {
    if (done > 0) return progress_.update(1, 0);
    progress_.log(fmt::format("Kernels     those of {} products are measured, once", all));
    progress_.start("Measuring", all);
  });
  progress_.stop();
  run_.write_kernels(*kernels_);
}

TrainerOptions TrainingSession::trainer_options() {
  const TrainingConfig& training = run_.config().training;
  TrainerOptions options = nmt::trainer_options(training);
  if (valid_examples_) {
    options.validate = [this] { return validate(); };
  } else {  // nothing says that an epoch is worse
    options.patience = 0;
    if (training.schedule == Schedule::plateau) options.learning_rate.schedule = Schedule::constant;
  }
  if (training.best_by == BestBy::bleu)
    options.is_better = [](const Measures& epoch, const Measures& best) {
      return epoch.contains(valid_bleu) && (!best.contains(valid_bleu) || epoch.at(valid_bleu) > best.at(valid_bleu));
    };
  options.checkpoints = run_;
  options.checkpoint = options_.checkpoint;
  options.stop = [this] { return options_.stop() != 0; };
  options.observer = observer();
  options.progress = std::shared_ptr<Progress>(std::shared_ptr<void>(), &progress_);  // the caller's
  options.check_numerics = options_.check_numerics;
  options.find_divergence = true;
  options.memory_budget = options_.memory_budget;
  options.backend = backend_with(kernels_, options_.communicator, run_.config().training.communicate);
  options.overlap = options_.overlap;
  options.alike = common_lines();
  options.programs = programs_;
  options.advice = {
      .patience = "--patience",
      .check_numerics = "--check-numerics",
      .accumulate = "--accumulate",
      .more_patience = "; --resume with a larger --patience, or 0, goes on",
      .go_on = fmt::format(". Go on with: weft-nmt train --resume --out {}", run_.path().string()),
  };
  return options;
}

/// What makes two processes train the same model on the same sentences.
std::vector<std::string> TrainingSession::common_lines() const {
  if (!options_.communicator) return {};
  std::vector<std::string> lines;
  for (const Setting& setting : settings())
    lines.push_back(fmt::format("{} {}", setting.name, setting_text(setting.get(run_.config()))));
  for (const std::optional<ExampleFile>* examples : {&train_examples_, &valid_examples_})
    if (*examples)
      lines.push_back(fmt::format("{} sentences with checksum {:016x}", (*examples)->size(), (*examples)->checksum()));
  return lines;
}

/// The caller's, with the dump of a step around it.
StepObserver TrainingSession::observer() {
  if (options_.dump_step == 0) return options_.observer;
  StepObserver observer = options_.observer;
  observer.before = [this](std::int64_t step, const TrainingTask::Shape& shape, const Execution& execution) {
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
  const std::int64_t steps = trainer_->steps().steps_per_epoch();
  const std::int64_t all = run_.config().training.epochs * steps;
  require(options_.dump_step > done && options_.dump_step <= all,
          "--dump-step {}: this run does the steps {} to {} ({} an epoch)", options_.dump_step, done + 1, all, steps);
  dump_.emplace(training_task(run_.config(), *train_examples_, plan_).graph, options_.dump_folder, options_.dump_step,
                product_precision(run_.config().training.precision), kernels_ ? kernels_->to_json() : "");
}

void TrainingSession::describe() const {
  const Config& config = run_.config();
  const PaddingShare padding = plan_->padding();
  progress_.log(fmt::format("Sentences   {} to train on, {} to validate with, {} to test with", train_examples_->size(),
                            valid_examples_ ? valid_examples_->size() : 0, test_pairs_));
  const std::string source = language_name(config.source_language);
  const std::string target = language_name(config.target_language);
  progress_.log(fmt::format("Vocabulary  {} {} ids, {} {} ids", config.model.source_vocabulary, source,
                            config.model.target_vocabulary, target));
  progress_.log(fmt::format("Batches     {} an epoch in {}, {:.2f} % padding ({:.2f} % {}, {:.2f} % {})",
                            plan_->batches_per_epoch(), counted(plan_->shapes().size(), "shape"), 100 * padding.overall,
                            100 * padding.source, source, 100 * padding.target, target));
  if (config.training.accumulate > 1)
    progress_.log(fmt::format("Updates     {} an epoch, each by the gradients of {} batches (--accumulate)",
                              trainer_->steps().steps_per_epoch(), config.training.accumulate));
  progress_.log(fmt::format("Model       {} parameters: embedding {}, units {}, variant {}",
                            count_text(static_cast<double>(count_parameters(config.model))), config.model.embedding,
                            config.model.units, to_string(config.model.variant)));
  if (translations_ && translations_->size() > 0) {
    progress_.log(fmt::format("Validation  the loss of {}, BLEU and chrF of {} of them; best by {}",
                              counted(valid_examples_->size(), "sentence"), translations_->size(),
                              to_string(config.training.best_by)));
  }
  if (config.training.precision == TrainingPrecision::bf16)
    progress_.log("Precision   products of bf16 factors, all else in f32; validation and translations in f32");
  if (kernels_) {
    progress_.log(fmt::format("Kernels     {} products as in {}, {} of them not as by default", kernels_->size(),
                              run_.kernels_path().string(), kernels_->differing()));
  }
  progress_.log(fmt::format("Run         {}", run_.path().string()));
}

void TrainingSession::describe_memory() const {
  const ProgramReport report = trainer_->steps().largest();
  const RematerialiseReport& again = report.rematerialised;
  progress_.log(fmt::format("Memory      {} for the largest shape, {} saved by {} more and {:.2f} % more arithmetic",
                            bytes_text(report.arena_bytes), bytes_text(again.bytes_saved),
                            counted(static_cast<std::uint64_t>(again.nodes), "node"),
                            100.0 * again.flops / (report.flops - again.flops)));
}

void TrainingSession::write_graph() const {
  const ModelShape shape = model_shape(typical_shape(*plan_));
  run_.write_graph(to_json(training_graph(run_.config().model, run_.config().training, shape)));
}

int TrainingSession::run() {
  const std::int64_t epochs = run_.config().training.epochs;
  describe();
  if (options_.memory_budget) {
    trainer_->steps().compile_all();  // so that a shape that cannot keep to the budget fails now, not in an hour
    describe_memory();
  }
  if (is_first()) write_graph();
  if (trainer_->state().epoch >= epochs) {
    progress_.log(fmt::format("{} done; --resume with a larger --epochs goes on",
                              epochs == 1 ? "The only epoch is" : fmt::format("All {} epochs are", epochs)));
  }
  try {
    const TrainingEnd end = trainer_->run();
    progress_.log(fmt::format("Programs    {} (--program-memory)", to_string(programs_->memory())));
    // Of several processes it may be another one that a signal came to.
    const int signal = options_.stop() != 0 ? options_.stop() : SIGTERM;
    return end == TrainingEnd::stopped ? 128 + signal : 0;
  } catch (const Error& error) {
    fail("{}: {}", run_.path().string(), error.what());
  }
}

Validation TrainingSession::validate() {
  const Variables& weights = *trainer_->variables();
  if (measured_.get() != &weights) copy_averages(parameters_graph(run_.config().model), weights, *measured_);
  const double loss = valid_loss_->measure();
  Validation validation(loss);
  validation.text = fmt::format(" per token, perplexity {:.3f}", std::exp(loss));
  validation.figures.push_back({"valid_perplexity", std::exp(loss)});
  if (!std::isfinite(loss)) return validation;
  if (translations_->size() > 0) {
    const Metrics metrics = translations_->score();
    validation.measures[valid_bleu] = metrics.bleu.score;
    validation.figures.push_back({"valid_chrf", metrics.chrf});
    validation.figures.push_back({"valid_sentences", translations_->size()});
    validation.text += fmt::format(", BLEU {:.2f}, chrF {:.2f}", metrics.bleu.score, metrics.chrf);
  }
  const TrainingState& state = trainer_->state();
  if (translations_->sample_count() > 0) run_.add_samples(translations_->samples(state.epoch, state.step));
  return validation;
}

}  // namespace weft::nmt

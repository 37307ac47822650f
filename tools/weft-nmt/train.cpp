#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>

#include "backends/mpi/mpi_communicator.h"
#include "backends/onednn/threads.h"
#include "models/nmt/training/kernel_choice.h"
#include "models/nmt/training/preparation.h"
#include "models/nmt/training/run_directory.h"
#include "models/nmt/training/training_session.h"
#include "models/training/processes.h"
#include "models/training/stop_signals.h"
#include "models/training/terminal_progress.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/interrupt.h"
#include "tools/weft-nmt/program_memory_option.h"
#include "tools/weft-nmt/setting_options.h"
#include "tools/weft-nmt/step_profiler.h"
#include "tools/weft-nmt/threads_option.h"

namespace weft::nmt {
namespace {

constexpr const char* train_examples = R"(Examples:
  weft-nmt train --builtin                                  the built-in sentences, a minute; to runs/small
  weft-nmt train --data fra.txt                             the tutorial: 50,000 pairs of tatoeba.org, larger sizes
  weft-nmt train --data fra.txt --limit 0 --split random    all pairs, split as the tutorial does
  weft-nmt train --train a.tsv --valid b.tsv --preset small --out runs/mine
  weft-nmt train --data deu.txt --source-language de --out runs/de-en       another language than French
  weft-nmt train --train corpus/train --valid corpus/dev --source-language zh --subwords 8000    train.zh.gz, train.en.gz
  weft-nmt train --builtin --epochs 100 --patience 5        until five epochs have brought nothing
  weft-nmt train --resume --out runs/mine --epochs 20       goes on, to the bits that an undisturbed run gives
  weft-nmt train --resume --out runs/mine --checkpoint checkpoint-1200    when the last one is damaged
  weft-nmt train --data fra.txt --kernels measure           the fastest kernels for this machine's products
  weft-nmt train --config runs/mine/config.json --seed 2 --out runs/other    the same settings once more
  weft-nmt train --resume --out runs/mine --check-numerics  names the node that made training diverge
  mpirun -n 4 weft-nmt train --builtin --accumulate 4 --out runs/four         four processes, to the bits of one (docs/scaling.md)
  weft-nmt train --builtin --epochs 1 --profile --trace trace.json --out runs/profile

A CORPUS is a file with one pair a line: the target sentence (English), a tab, the source sentence (French); other columns
are chosen with --columns. Or it is two files with a sentence a line, SOURCE,TARGET, which have the same name up to the
languages' codes (train.de, train.en) if one name is given; several corpora are taken as one: 'a.tsv;b.tsv.gz'. What gzip
or Zstandard has packed is unpacked, - is standard input. A corpus may be larger than memory. Lines that are no pair
are listed and skipped. Ctrl-C finishes the batch and writes a checkpoint; --resume goes on from it.)";

/// What may change when training goes on; all else would make another run of it.
constexpr std::array<std::string_view, 5> resumable = {"epochs", "checkpoint-every", "keep", "learning-rate",
                                                       "patience"};

struct TrainOptions {
  explicit TrainOptions(const tool::Command& command) : settings(command) {}

  SettingOptions settings;
  std::string out;
  bool resume = false;
  bool overwrite = false;
  std::size_t data_memory = default_data_memory;
  SessionOptions session;
  bool no_overlap = false;
  bool profile = false;
  std::string trace;
  std::pair<std::int64_t, std::string> dump;
};

/// A setting's value in a message.
std::string shown(const SettingValue& value) {
  const std::string text = setting_text(value);
  return text.empty() ? "not given" : text;
}

bool is_resumable(std::string_view name) { return std::ranges::find(resumable, name) != resumable.end(); }

/// The run, with what is given of resumable; anything else must be as the run has it.
RunDirectory resume_run(const TrainOptions& options, const std::filesystem::path& out) {
  RunDirectory run = RunDirectory::open(out);
  SettingValues changed = options.settings.given();
  std::erase_if(changed,
                [&](const auto& given) { return given.second == find_setting(given.first).get(run.config()); });
  for (const auto& [name, value] : changed) {
    if (is_resumable(name)) continue;
    throw UsageError(fmt::format(
        "--{} cannot change on --resume: it is {} in this run, not {}; --epochs, --checkpoint-every, --keep, "
        "--patience and --learning-rate can",
        name, shown(find_setting(name).get(run.config())), shown(value)));
  }
  run.set_config(with_settings(run.config(), changed));
  return run;
}

/// What chooses the best epoch must be measured after each.
void require_measures(const TrainingConfig& training, bool has_validation_part) {
  if (training.best_by == BestBy::bleu && (!has_validation_part || training.valid_sentences == 0)) {
    throw UsageError("--best-by bleu needs sentences to translate: --valid-fraction or --valid, and --valid-sentences");
  }
  if (training.patience > 0 && !has_validation_part) {
    throw UsageError("--patience needs sentences to measure on: --valid-fraction or --valid");
  }
}

/// The files that a training is made from.
std::vector<std::filesystem::path> inputs_of(const Config& config, const SettingOptions& settings) {
  const DataConfig& data = config.data;
  std::vector<std::filesystem::path> files{settings.file()};
  for (const std::string& name : {data.corpus, data.train, data.valid, data.test})
    for (const std::string& file : all_corpus_files(name)) files.emplace_back(file);
  if (names_kernel_file(config.training.kernels)) files.emplace_back(config.training.kernels);
  std::erase(files, std::filesystem::path());
  return files;
}

std::filesystem::path default_run(const Config& config) { return std::filesystem::path("runs") / config.preset; }

/// What all processes must have been given.
std::vector<std::string> lines_of(const TrainOptions& options) {
  std::vector<std::string> lines{fmt::format("version {}", tool::version),
                                 fmt::format("--out {}", options.out),
                                 fmt::format("--resume {}", options.resume),
                                 fmt::format("--checkpoint {}", options.session.checkpoint),
                                 fmt::format("--check-numerics {}", options.session.check_numerics),
                                 fmt::format("--no-overlap {}", options.no_overlap)};
  for (const auto& [name, value] : options.settings.given())
    lines.push_back(fmt::format("--{} {}", name, shown(value)));
  return lines;
}

/// All processes that were started together; nullptr when this one was started alone.
std::shared_ptr<const Communicator> processes_of(const TrainOptions& options) {
  if (launched_as().size == 1) return nullptr;
  std::shared_ptr<const Communicator> processes = mpi_communicator();
  require_same_lines(*processes, "the options", lines_of(options));
  return processes;
}

/// Warns of threads that would wait for one another's processors.
void warn_of_many_threads(const Communicator& processes, Progress& progress) {
  const std::string host = processes.host_of(0);
  int here = 0;
  for (int rank = 0; rank < processes.size(); ++rank) here += processes.host_of(rank) == host ? 1 : 0;
  const long processors = sysconf(_SC_NPROCESSORS_ONLN);
  if (here * onednn::thread_count() > processors)
    progress.log(
        fmt::format("warning: {} processes of {} threads each are to share {} processors of {}: fewer --threads "
                    "or processes would be faster",
                    here, onednn::thread_count(), processors, host));
}

/// The run as a process sees it that is not the first, when that one has made it ready.
RunDirectory other_process_run(const Communicator& processes, const std::filesystem::path& out) {
  std::byte run_is_there{};
  processes.broadcast(std::span(&run_is_there, 1));
  try {
    return RunDirectory::open(out);
  } catch (const Error& error) {
    fail("{}; all processes read the run that the first one writes, so it must lie where every machine sees it",
         error.what());
  }
}

/// The run directory that this process has locked, for the thread that waits for signals.
class LockedRun {
 public:
  void set(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    path_ = path;
  }
  void clear_unfinished() {
    const std::lock_guard lock(mutex_);
    if (path_) RunDirectory::clear_unfinished(*path_);
  }

 private:
  std::mutex mutex_;
  std::optional<std::filesystem::path> path_;
};

int train(const TrainOptions& options) {
  LockedRun locked;
  // Once training has begun a signal ends that, and before that the program, which leaves nothing unfinished.
  const StopSignals signals([&](int signal) {
    if (InterruptGuard::note(signal)) return true;
    try {
      locked.clear_unfinished();
    } catch (const Error&) {  // the next training there removes it
    }
    return false;
  });
  SessionOptions session = options.session;
  session.communicator = processes_of(options);
  session.overlap = !options.no_overlap;
  std::tie(session.dump_step, session.dump_folder) = options.dump;
  if (!session.dump_folder.empty() && session.dump_step < 1)
    throw UsageError(fmt::format("--dump-step {}: steps count from 1", session.dump_step));
  StepProfiler profiler(options.profile, options.trace);
  session.observer = profiler.observer();
  session.stop = InterruptGuard::signal;
  const bool is_first = !session.communicator || session.communicator->is_first();
  const std::unique_ptr<Progress> told = is_first ? std::make_unique<TerminalProgress>() : std::make_unique<Progress>();
  Progress& progress = *told;
  if (session.communicator) warn_of_many_threads(*session.communicator, progress);
  const auto run_session = [&](RunDirectory& run) {
    std::byte run_is_there{};
    if (is_first && session.communicator) session.communicator->broadcast(std::span(&run_is_there, 1));
    TrainingSession training(run, progress, session);
    training.steps().profile_runs(profiler.is_wanted());
    const InterruptGuard interrupts;
    const int status = training.run();
    if (is_first) profiler.write(training.steps());
    return status;
  };
  if (session.communicator && !options.resume)
    require_shareable(options.settings.resolve().training.accumulate, session.communicator->size(), "--accumulate");
  if (options.resume && options.out.empty()) throw UsageError("--resume needs --out, the run to go on with");
  if (!is_first) {
    const std::filesystem::path out =
        options.out.empty() ? default_run(options.settings.resolve()) : std::filesystem::path(options.out);
    RunDirectory run = other_process_run(*session.communicator, out);
    return run_session(run);
  }
  if (options.resume) {
    RunDirectory::open(options.out);  // Its errors first: a lock would make what is missing.
    const std::filesystem::path out = options.out;
    const RunLock lock = lock_run(out);
    locked.set(out);
    RunDirectory run = resume_run(options, out);
    return run_session(run);
  }
  const Config config = options.settings.resolve();
  const std::filesystem::path out = options.out.empty() ? default_run(config) : std::filesystem::path(options.out);
  // Read before anything is made or removed: it may be that of the run which is replaced.
  std::shared_ptr<const onednn::KernelSelection> kernels;
  if (names_kernel_file(config.training.kernels)) kernels = choose_kernels(config.training.kernels, {}, {});
  RunDirectory::require_apart(out, inputs_of(config, options.settings));
  const RunLock lock = lock_run(out);
  locked.set(out);
  if (!options.overwrite) RunDirectory::require_free(out);
  PartFiles parts(out);
  read_parts(config, progress, [&](Part part, const Pair& pair) { parts.add(part, pair); });
  require_measures(config.training, parts.size(Part::valid) > 0);
  RunDirectory run = prepare_run(out, config, parts, progress, options.overwrite, options.data_memory);
  if (kernels) run.write_kernels(*kernels);
  return run_session(run);
}

}  // namespace

void add_train(tool::Program& program) {
  const tool::Command command = program.command("train", "Train a translator on pairs of sentences");
  command.footer(train_examples);
  auto options = std::make_shared<TrainOptions>(command);
  command.option("--out", options->out, "The run directory (default: runs/PRESET)").value("DIR");
  tool::Option resume =
      command.flag("--resume", options->resume, "Go on with the run in --out from its last checkpoint");
  command
      .option("--checkpoint", options->session.checkpoint,
              "With --resume, go on from best or from the checkpoint of that name (default: latest)")
      .value("NAME")
      .needs(resume);
  command.flag("--overwrite", options->overwrite, "Replace the run in --out").excludes(resume);
  command
      .option("--memory-budget", options->session.memory_budget,
              "Compute values again instead of keeping them, until a step's working memory has at most this size: "
              "40MB; changes no result")
      .bytes();
  add_program_memory_option(command, options->session.program_memory);
  command
      .option(
          "--data-memory", options->data_memory,
          "Learn the words of a new run in about so much memory; what does not fit is on disk meanwhile; changes no "
          "counts")
      .bytes()
      .show_default("512MiB");
  add_threads_option(command);
  const std::string group = "Looking inside";
  SessionOptions& session = options->session;
  command
      .flag("--check-numerics", session.check_numerics,
            "Stop at the first node that makes a NaN or an infinity, and name it")
      .group(group);
  command
      .flag("--no-overlap", options->no_overlap,
            "Several processes send each other gradients and weights between computing, not while they do: to see what "
            "that brings")
      .group(group);
  command.flag("--profile", options->profile, "Print at the end what takes the time, by kind of kernel and by node")
      .group(group);
  command
      .option("--trace", options->trace,
              "Write the timeline of the first ten steps, for ui.perfetto.dev or chrome://tracing")
      .value("FILE")
      .group(group);
  command
      .option("--dump-step", options->dump,
              "Write a step (counted from 1 over all epochs) to a folder, so that `weft run` can repeat it")
      .value("STEP DIR")
      .group(group);
  command.action([options] { return train(*options); });
}

}  // namespace weft::nmt

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "models/nmt/network/parameters.h"
#include "models/nmt/training/run_directory.h"
#include "models/training/run/checkpoint_average.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/output.h"

namespace weft::nmt {
namespace {

constexpr const char* average_examples = R"(Examples:
  weft-nmt average --run runs/mine                                     of all checkpoints that are kept
  weft-nmt average --run runs/mine --last 5                            of the newest five
  weft-nmt average --run runs/mine checkpoint-1200 checkpoint-1500
  weft-nmt translate --run runs/mine --checkpoint averaged "Je suis fatigué."

Writes averaged.safetensors to the run directory, in place of the one before: each weight is the mean of what it is in the
checkpoints. Translators of the last epochs differ by chance, and their mean is often better than each of them.
`weft-nmt train --keep N` says how many checkpoints there will be.)";

struct AverageOptions {
  std::string run;
  std::optional<std::int64_t> last;
  std::vector<std::string> checkpoints;
};

std::vector<std::string> newest(const RunDirectory& run, const std::optional<std::int64_t>& last) {
  std::vector<std::string> names = run.names();
  if (!last) return names;
  require(std::cmp_less_equal(*last, names.size()),
          "--last is {}, but '{}' has {} checkpoints; train with a larger --keep, or take fewer", *last,
          run.path().string(), names.size());
  names.erase(names.begin(), names.end() - *last);
  return names;
}

void average(const AverageOptions& options) {
  RunDirectory run = RunDirectory::open(options.run);
  const RunLock lock = lock_run(options.run);  // a training would take checkpoints away
  const std::vector<std::string> names = options.checkpoints.empty() ? newest(run, options.last) : options.checkpoints;
  run.save_average(average_checkpoints(run, names, parameters_graph(run.config().model)));
  say(fmt::format("Wrote {}, the mean of {}", run.checkpoint_path(RunDirectory::averaged).string(),
                  joined(names, ", ")));
}

}  // namespace

void add_average(tool::Program& program) {
  const tool::Command command = program.command("average", "Make one translator of several checkpoints of a run");
  command.footer(average_examples);
  auto options = std::make_shared<AverageOptions>();
  command.option("--run", options->run, "The run directory that `weft-nmt train` made").required().value("DIR");
  const tool::Option names =
      command.option("CHECKPOINT", options->checkpoints, "The checkpoints, by name; without any, all").value("");
  command.option("--last", options->last, "The newest N checkpoints").between(2, 1'000'000).value("N").excludes(names);
  command.action([options] { average(*options); });
}

}  // namespace weft::nmt

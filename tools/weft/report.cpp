#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "models/training/run/log_records.h"
#include "tools/inspect/training_page.h"
#include "tools/weft/commands.h"
#include "tools/weft/output.h"

namespace weft::tool {
namespace {

constexpr const char* report_examples = R"(Examples:
  weft report runs/mine -o report.html
  watch -n 60 weft report runs/mine -o report.html     anew every minute while training goes on

RUN_DIR is the folder of any Trainer. The page shows how the losses, what else was measured, the speed, the gradients' norm
and the learning rate went. It is one file and asks the network for nothing.)";

struct ReportOptions {
  std::string run;
  std::string out;
};

void report(const ReportOptions& options) {
  const std::filesystem::path log = std::filesystem::path(options.run) / log_file;
  require(std::filesystem::exists(log), "there is no '{}': a Trainer writes it to its folder, after some batches",
          log.string());
  write_file(options.out, inspect::training_page(options.run));
  say(fmt::format("Wrote {}", options.out));
}

}  // namespace

void add_report(Program& program) {
  const Command command = program.command("report", "Write a page that shows how a training went, or goes");
  command.footer(report_examples);
  auto options = std::make_shared<ReportOptions>();
  command.option("-o,--out", options->out, "The page (HTML)").required().value("FILE");
  command.option("RUN_DIR", options->run, "The folder of the training").required().value("");
  command.action([options] { report(*options); });
}

}  // namespace weft::tool

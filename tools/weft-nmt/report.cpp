#include <fmt/format.h>

#include "graph/base/file.h"
#include "models/nmt/training/run_directory.h"
#include "tools/web/page.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/report_data.h"

namespace weft::nmt {
namespace {

constexpr const char* report_examples = R"(Examples:
  weft-nmt report runs/small -o report.html
  watch -n 60 weft-nmt report runs/small -o report.html     anew every minute while training goes on

The page shows how loss, BLEU, chrF, speed, the gradients' norm and the learning rate went, and how sample sentences
were translated after each epoch, with what the decoder attended to. It is one file and asks the network for nothing.)";

struct ReportOptions {
  std::string run;
  std::string out;
};

void report(const ReportOptions& options) {
  const RunDirectory run = RunDirectory::open(options.run);
  const web::Page page{.title = fmt::format("Training of {}", run.path().string()),
                       .styles = {"page.css", "uplot.css", "heat.css", "report.css"},
                       .scripts = {"page.js", "uplot.js", "heat.js", "report.js"},
                       .data = {{"data", report_data(run)}},
                       .body = "<main id=\"report\"></main>"};
  write_file(options.out, web::to_html(page));
  say(fmt::format("Wrote {}", options.out));
}

}  // namespace

void add_report(tool::Program& program) {
  const tool::Command command = program.command("report", "Write a page that shows how training went, or goes");
  command.footer(report_examples);
  auto options = std::make_shared<ReportOptions>();
  command.option("-o,--out", options->out, "The page (HTML)").required().value("FILE");
  command.option("RUN_DIR", options->run, "The run directory that `weft-nmt train` made").required().value("");
  command.action([options] { report(*options); });
}

}  // namespace weft::nmt

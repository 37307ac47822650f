#include <fmt/format.h>

#include "graph/file.h"
#include "models/nmt/run_directory.h"
#include "tools/web/page.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/report_data.h"

namespace weft::nmt {
namespace {

constexpr const char* kExamples = R"(Examples:
  weft-nmt report runs/small -o report.html
  watch -n 60 weft-nmt report runs/small -o report.html     anew every minute while training goes on

The page shows how loss, BLEU, chrF, speed, the gradients' norm and the learning rate went, and how sample sentences
were translated after each epoch, with what the decoder looked at. It is one file and asks the network for nothing.)";

struct ReportOptions {
  std::string run;
  std::string out;
};

int report(const ReportOptions& options) {
  const RunDirectory run = RunDirectory::open(options.run);
  const web::Page page{.title = fmt::format("Training of {}", run.path().string()),
                       .styles = {"page.css", "uplot.css", "report.css"},
                       .scripts = {"page.js", "uplot.js", "report.js"},
                       .data = {{"data", report_data(run)}},
                       .body = "<main id=\"report\"></main>"};
  write_file(options.out, web::to_html(page));
  say(fmt::format("Wrote {}", options.out));
  return kDone;
}

}  // namespace

Command report_command(CLI::App& tool) {
  CLI::App* app = tool.add_subcommand("report", "Write a page that shows how training went, or goes");
  app->footer(kExamples);
  auto options = std::make_shared<ReportOptions>();
  app->add_option("-o,--out", options->out, "The page (HTML)")->required()->type_name("FILE");
  app->add_option("RUN_DIR", options->run, "The run directory that `weft-nmt train` made")->required()->type_name("");
  return {app, [options] { return report(*options); }};
}

}  // namespace weft::nmt

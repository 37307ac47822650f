#include <fmt/format.h>

#include <algorithm>

#include "graph/base/file.h"
#include "graph/base/json_value.h"
#include "models/nmt/config/settings.h"
#include "models/nmt/network/parameters.h"
#include "models/nmt/text/language.h"
#include "models/nmt/training/run_directory.h"
#include "models/nmt/training/sample_log.h"
#include "tools/inspect/training_page.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/output.h"

namespace weft::nmt {
namespace {

constexpr const char* report_examples = R"(Examples:
  weft-nmt report runs/small -o report.html
  watch -n 60 weft-nmt report runs/small -o report.html     anew every minute while training goes on

The page shows how loss, BLEU, chrF, speed, the gradients' norm and the learning rate went, and how sample sentences
were translated after each epoch, with what the decoder attended to. It is one file and asks the network for nothing.)";

/// The most epochs whose sample translations a page holds: of more, they are spread over the training.
constexpr std::size_t max_report_epochs = 200;

struct ReportOptions {
  std::string run;
  std::string out;
};

Json sample_epochs(const std::vector<EpochSamples>& epochs) {
  Json list = Json::list();
  const std::size_t shown = std::min(epochs.size(), max_report_epochs);
  for (std::size_t i = 0; i < shown; ++i) {
    const EpochSamples& epoch = epochs[(i + 1) * epochs.size() / shown - 1];  // the last one always
    Json samples = Json::list();
    for (const SampleTranslation& sample : epoch.samples) {
      samples.push_back({{"source", sample.source},
                         {"reference", sample.reference},
                         {"translation", sample.translation},
                         {"source_words", sample.source_words},
                         {"target_words", sample.target_words},
                         {"weights", sample.weights}});
    }
    list.push_back({{"epoch", epoch.epoch}, {"samples", std::move(samples)}});
  }
  return list;
}

Json setting_rows(const Config& config) {
  Json rows = Json::list();
  for (const Setting& setting : settings()) {
    const std::string text = setting_text(setting.get(config));
    if (!text.empty()) rows.push_back(Json::list({setting.name, text, setting.summary}));
  }
  return rows;
}

Json language(const std::string& code) { return Json{{"code", code}, {"name", language_name(code)}}; }

void report(const ReportOptions& options) {
  const RunDirectory run = RunDirectory::open(options.run);
  const Config& config = run.config();
  const SampleLog samples = parse_samples(run.read_samples());
  write_file(options.out, inspect::training_page(run.path(), {{"source_language", language(config.source_language)},
                                                              {"target_language", language(config.target_language)},
                                                              {"epochs_wanted", config.training.epochs},
                                                              {"patience", config.training.patience},
                                                              {"best_by", to_string(config.training.best_by)},
                                                              {"parameters", count_parameters(config.model)},
                                                              {"unreadable_samples", samples.unreadable},
                                                              {"samples", sample_epochs(samples.epochs)},
                                                              {"settings", setting_rows(config)}}));
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

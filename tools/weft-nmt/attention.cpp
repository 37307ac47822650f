#include <algorithm>
#include <array>
#include <filesystem>

#include "models/nmt/attention_picture.h"
#include "models/nmt/translator.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/run_options.h"

namespace weft::nmt {
namespace {

constexpr const char* kExamples = R"(Examples:
  weft-nmt attention --run runs/small --out attention.png "Je suis fatigué."
  weft-nmt attention --run runs/small --out attention.pdf "Où est la gare ?"

Source words stand across, target words down; a dark field says that the target word drew from that source word. The
translation goes to standard output.)";

struct AttentionOptions {
  RunOptions run;
  std::string out;
  std::string sentence;
};

int draw(const AttentionOptions& options) {
  const TrainedModel model = load_model(options.run);
  const RunDirectory& run = model.run;
  Translator translator(run.config(), run.source(), run.target(), model.weights);
  Translation translation = translator.translate(std::array{options.sentence}).front();
  require(!translation.target_words.empty(), "there is no word to translate in \"{}\"", options.sentence);
  // A softmax may be a rounding error above 1.
  for (float& weight : translation.attention_weights) weight = std::clamp(weight, 0.0F, 1.0F);
  draw_attention({translation.source_words, translation.target_words, translation.attention_weights}, options.out);
  print(translation.text + "\n");
  return kDone;
}

}  // namespace

Command attention_command(CLI::App& tool) {
  CLI::App* app = tool.add_subcommand("attention", "Draw where the translator looked while it translated a sentence");
  app->footer(kExamples);
  auto options = std::make_shared<AttentionOptions>();
  add_run_options(*app, options->run);
  app->add_option("--out", options->out, "The picture: .png, .svg or .pdf")->required()->type_name("FILE");
  app->add_option("SENTENCE", options->sentence, "What to translate")->required()->type_name("");
  return {app, [options] { return draw(*options); }};
}

}  // namespace weft::nmt

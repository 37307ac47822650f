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

void draw(const AttentionOptions& options) {
  const TrainedModel model = load_model(options.run);
  const RunDirectory& run = model.run;
  require(run.config().model.attention != AttentionKind::none,
          "{}: this run's model has no attention to draw ('attention' is none): it reads the sentence as one vector",
          run.path().string());
  Translator translator(run.config(), run.source(), run.target(), model.weights);
  Translation translation = translator.translate(std::array{options.sentence}).front();
  require(!translation.target_words.empty(), "there is no word to translate in \"{}\"", options.sentence);
  // A softmax may be a rounding error above 1.
  for (float& weight : translation.attention_weights) weight = std::clamp(weight, 0.0F, 1.0F);
  draw_attention({translation.source_words, translation.target_words, translation.attention_weights}, options.out);
  print(translation.text + "\n");
}

}  // namespace

void add_attention(tool::Program& program) {
  const tool::Command command =
      program.command("attention", "Draw where the translator looked while it translated a sentence");
  command.footer(kExamples);
  auto options = std::make_shared<AttentionOptions>();
  add_run_options(command, options->run);
  command.option("--out", options->out, "The picture: .png, .svg or .pdf").required().value("FILE");
  command.option("SENTENCE", options->sentence, "What to translate").required().value("");
  command.action([options] { draw(*options); });
}

}  // namespace weft::nmt

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "graph/base/joined.h"
#include "graph/base/quote.h"
#include "models/nmt/network/self_attention_weights.h"
#include "models/nmt/report/attention_picture.h"
#include "models/nmt/search/translator.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/input_lines.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/run_options.h"

namespace weft::nmt {
namespace {

constexpr const char* attention_examples = R"(Examples:
  weft-nmt attention --run runs/small --out attention.png "Je suis fatigué."
  weft-nmt attention --run runs/small --out attention.pdf "Où est la gare ?"
  weft-nmt attention --run runs/reader --self --out reading.svg "Où est la gare ?"

Source words stand across, target words down; a dark field says that the target word drew from that source word. The
translation goes to standard output. With --self, source words stand on both sides: a dark field says that the encoder,
when it read the word of the row, drew from the word of the column; their words go to standard output.)";

struct AttentionOptions {
  RunOptions run;
  std::string out;
  std::string sentence;
  bool self = false;
};

void draw(AttentionMatrix matrix, const std::string& path) {
  // A softmax may be a rounding error above 1.
  for (float& weight : matrix.weights) weight = std::clamp(weight, 0.0F, 1.0F);
  if (const std::string missing = characters_without_font(matrix); !missing.empty()) {
    say(
        fmt::format("warning: no font here has {}: the picture shows boxes for them; install one that has, such as "
                    "fonts-noto-core or fonts-noto-cjk",
                    excerpt(missing, 60)));
  }
  draw_attention(matrix, path);
}

void draw_reading(const AttentionOptions& options, const TrainedModel& model) {
  const RunDirectory& run = model.run;
  require(run.config().model.self_attention,
          "{}: this run's encoder has no self-attention to draw ('self-attention' is false): leave out --self",
          run.path().string());
  const std::vector<std::string> words = run.source().tokeniser().tokens(options.sentence);
  require(words.size() <= max_picture_words, "the sentence has {} tokens, a picture at most {}", words.size(),
          max_picture_words);
  draw({words, words, self_attention_weights(run.config().model, model.weights, run.source().encode(words)), true},
       options.out);
  print(joined(words, " ") + "\n");
}

void draw_translation(const AttentionOptions& options, const TrainedModel& model) {
  const RunDirectory& run = model.run;
  require(run.config().model.attention != AttentionKind::none,
          "{}: this run's model has no attention to draw ('attention' is none): it reads the sentence as one vector",
          run.path().string());
  Translator translator(run.config(), run.source(), run.target(), model.weights);
  const Translation translation = translator.translate(std::array{options.sentence}).front();
  require(!translation.target_words.empty(), "there is no word to translate in \"{}\"", options.sentence);
  draw({translation.source_words, translation.target_words, translation.attention_weights}, options.out);
  print(translation.text + "\n");
  UnknownWords unknown;
  unknown.add(translation.unknown_words);
  unknown.warn();
}

}  // namespace

void add_attention(tool::Program& program) {
  const tool::Command command =
      program.command("attention", "Draw where the translator looked while it translated, or read, a sentence");
  command.footer(attention_examples);
  auto options = std::make_shared<AttentionOptions>();
  add_run_options(command, options->run);
  command.option("--out", options->out, "The picture: .png, .svg or .pdf").required().value("FILE");
  command.option("SENTENCE", options->sentence, "What to translate").required().value("");
  command.flag("--self", options->self, "Draw the encoder's self-attention (of its last layer) instead");
  command.action([options] {
    const TrainedModel model = load_model(options->run);
    options->self ? draw_reading(*options, model) : draw_translation(*options, model);
  });
}

}  // namespace weft::nmt

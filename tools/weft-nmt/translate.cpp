#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "models/nmt/translator.h"
#include "models/nmt/utf8.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/line_reader.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/precision_option.h"
#include "tools/weft-nmt/run_options.h"

namespace weft::nmt {
namespace {

constexpr const char* kExamples = R"(Examples:
  weft-nmt translate --run runs/small "Je suis fatigué." "Où est la gare ?"
  weft-nmt translate --run runs/small < french.txt > english.txt
  echo "Bonjour !" | weft-nmt translate --run runs/small | tr a-z A-Z

Each sentence, or line of standard input, gives one line on standard output and nothing else; an empty one gives an
empty line. Input is UTF-8. On a terminal each line is answered at once.)";

constexpr std::size_t kMaxLineBytes = std::size_t{64} << 10;
/// Many enough that most batches of a length are full, few enough that output follows input soon.
constexpr std::size_t kMaxLinesAtOnce = 4096;

struct TranslateOptions {
  RunOptions run;
  TranslatorOptions search;
  std::vector<std::string> sentences;
};

/// Throws Error that names the sentence unless it can be translated.
void check(const std::string& sentence, std::string_view what, std::size_t number, const Tokeniser& tokeniser) {
  if (const auto invalid = find_invalid_utf8(sentence)) {
    fail("{} {} is not UTF-8 (byte {}); convert it, for instance with iconv -f latin1 -t utf-8", what, number,
         *invalid + 1);
  }
  const std::size_t count = tokeniser.tokens(sentence).size();
  require(count <= kMaxSourceTokens, "{} {} has {} tokens, at most {} can be translated; split it", what, number, count,
          kMaxSourceTokens);
}

/// Translates sentences to lines on standard output, and counts the words that it did not know.
class Lines {
 public:
  Lines(const TrainedModel& model, const TranslatorOptions& options)
      : tokeniser_(model.run.source().tokeniser()),
        translator_(model.run.config(), model.run.source(), model.run.target(), model.weights, options) {}

  /// `what` and `first_number` name the sentences in messages. Those before a bad one are translated.
  void translate(std::vector<std::string> sentences, std::string_view what, std::size_t first_number) {
    std::exception_ptr bad;
    for (std::size_t i = 0; i < sentences.size() && !bad; ++i) {
      try {
        check(sentences[i], what, first_number + i, tokeniser_);
      } catch (const Error&) {
        bad = std::current_exception();
        sentences.resize(i);
      }
    }
    std::string output;
    for (const Translation& translation : translator_.translate(sentences)) {
      output += translation.text + "\n";
      unknown_words_ += translation.unknown_words;
    }
    print(output);
    if (bad) std::rethrow_exception(bad);
  }

  void warn_of_unknown_words() const {
    if (unknown_words_ == 0) return;
    say(fmt::format("weft-nmt: warning: {} {} not in the model's vocabulary, and read as <unk>", unknown_words_,
                    unknown_words_ == 1 ? "word of the input is" : "words of the input are"));
  }

 private:
  const Tokeniser& tokeniser_;
  Translator translator_;
  std::size_t unknown_words_ = 0;
};

void translate(const TranslateOptions& options) {
  const TrainedModel model = load_model(options.run);
  Lines lines(model, options.search);
  if (!options.sentences.empty()) {
    lines.translate(options.sentences, "sentence", 1);
  } else {
    if (::isatty(STDIN_FILENO) == 1) say("Type French sentences, one a line; Ctrl-D ends.");
    LineReader reader(STDIN_FILENO, kMaxLineBytes, kMaxLinesAtOnce);
    for (LineReader::Lines read = reader.read(); !read.lines.empty(); read = reader.read()) {
      lines.translate(std::move(read.lines), "standard input: line", read.first_number);
    }
  }
  lines.warn_of_unknown_words();
}

}  // namespace

void add_translate(tool::Program& program) {
  const tool::Command command = program.command("translate", "Translate sentences, or the lines of standard input");
  command.footer(kExamples);
  auto options = std::make_shared<TranslateOptions>();
  add_run_options(command, options->run);
  command.option("--batch", options->search.batch, "Sentences to translate at once; changes no translation")
      .between(1, 4096)
      .value("N")
      .show_default();
  command
      .option("--max-length", options->search.max_length,
              "Longest translation, in tokens; 0: twice the sentence's and ten more")
      .between(0, 100'000)
      .value("N")
      .show_default();
  add_precision_option(command, options->search.precision);
  command.option("SENTENCES", options->sentences, "What to translate (default: the lines of standard input)").value("");
  command.action([options] { translate(*options); });
}

}  // namespace weft::nmt

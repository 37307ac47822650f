#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "graph/file.h"
#include "models/nmt/alignment.h"
#include "models/nmt/translator.h"
#include "models/nmt/utf8.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/line_reader.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/search_options.h"

namespace weft::nmt {
namespace {

constexpr const char* kExamples = R"(Examples:
  weft-nmt translate --run runs/small "Je suis fatigué." "Où est la gare ?"
  weft-nmt translate --run runs/small < french.txt > english.txt
  weft-nmt translate --run runs/small --beam 5 --replace-unknown < french.txt
  weft-nmt translate --run runs/small --beam 10 --n-best 3 "Je suis fatigué."
  weft-nmt translate --run runs/small --sample --temperature 0.8 --top-k 20 --n-best 5 "Je suis fatigué."
  weft-nmt translate --run runs/a --run runs/b --run runs/c --beam 5 < french.txt
  weft-nmt translate --run runs/small --alignments aligned.txt < french.txt
  echo "Bonjour !" | weft-nmt translate --run runs/small | tr a-z A-Z

Each sentence, or line of standard input, gives one line on standard output and nothing else; an empty one gives an
empty line. Input is UTF-8. On a terminal each line is answered at once.

With --n-best each translation gives a line of five columns, with tabs between: the number of the sentence from 1, the
rank of the translation from 1, its score, its log probability (natural), the translation. They are sorted by their
score; samples are not. --alignments writes a line for each of those lines: pairs "source word-word of the translation",
from 0, words as they are after normalisation. For a model of subwords, lengths, alignments and what --replace-unknown
writes are of pieces.)";

constexpr std::size_t kMaxLineBytes = std::size_t{64} << 10;
/// Many enough that most batches of a length are full, few enough that output follows input soon.
constexpr std::size_t kMaxLinesAtOnce = 4096;

struct TranslateOptions {
  EnsembleOptions ensemble;
  TranslatorOptions search;
  SampleOptions sample;
  std::int64_t n_best = 0;  ///< 0: the best, without columns
  std::string alignments;
  std::vector<std::string> sentences;

  /// Throws UsageError when they do not go together.
  TranslatorOptions search_options() const {
    TranslatorOptions options = search;
    options.beam.n_best = std::max<std::int64_t>(1, n_best);
    options.probabilities = n_best > 0;
    if (sample.sample) {
      if (search.beam.width > 1)
        throw UsageError("--sample draws translations and --beam searches for them: choose one");
      options.sampling = sample.sampling;
    } else if (n_best > search.beam.width) {
      throw UsageError(fmt::format("--n-best {} needs a beam as wide: --beam {}, or --sample", n_best, n_best));
    }
    return options;
  }
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
  Lines(const LoadedEnsemble& ensemble, const TranslateOptions& options)
      : tokeniser_(ensemble.first().run.source().tokeniser()),
        translator_(ensemble.translator(options.search_options())),
        columns_(options.n_best > 0),
        align_(!options.alignments.empty()) {}

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
    std::size_t number = first_number;
    for (const std::vector<Translation>& translations : translator_.translate_n_best(sentences, first_number)) {
      unknown_words_ += translations.front().unknown_words;
      for (std::size_t i = 0; i < translations.size(); ++i) {
        const Translation& translation = translations[i];
        if (columns_)
          output +=
              fmt::format("{}\t{}\t{:.6f}\t{:.6f}\t", number, i + 1, translation.score, translation.log_probability);
        output += translation.text + "\n";
        if (align_) alignments_ += pharaoh(translation) + "\n";
      }
      ++number;
    }
    print(output);
    if (bad) std::rethrow_exception(bad);
  }

  /// A line for each translation so far.
  const std::string& alignments() const { return alignments_; }

  void warn_of_unknown_words() const {
    if (unknown_words_ == 0) return;
    say(fmt::format("weft-nmt: warning: {} {} not in the model's vocabulary, and read as <unk>", unknown_words_,
                    unknown_words_ == 1 ? "word of the input is" : "words of the input are"));
  }

 private:
  const Tokeniser& tokeniser_;
  Translator translator_;
  bool columns_;
  bool align_;
  std::size_t unknown_words_ = 0;
  std::string alignments_;
};

void translate(const TranslateOptions& options) {
  options.search_options();  // complains about wrong usage before models are read
  const LoadedEnsemble ensemble = load_ensemble(options.ensemble);
  Lines lines(ensemble, options);
  if (!options.sentences.empty()) {
    lines.translate(options.sentences, "sentence", 1);
  } else {
    if (::isatty(STDIN_FILENO) == 1) say("Type French sentences, one a line; Ctrl-D ends.");
    LineReader reader(STDIN_FILENO, kMaxLineBytes, kMaxLinesAtOnce);
    for (LineReader::Lines read = reader.read(); !read.lines.empty(); read = reader.read()) {
      lines.translate(std::move(read.lines), "standard input: line", read.first_number);
    }
  }
  if (!options.alignments.empty()) write_file(options.alignments, lines.alignments());
  lines.warn_of_unknown_words();
}

}  // namespace

void add_translate(tool::Program& program) {
  const tool::Command command = program.command("translate", "Translate sentences, or the lines of standard input");
  command.footer(kExamples);
  auto options = std::make_shared<TranslateOptions>();
  add_ensemble_options(command, options->ensemble);
  add_search_options(command, options->search);
  command.option("--n-best", options->n_best, "Translations of each sentence, with scores, in columns (see below)")
      .between(1, 1000)
      .value("N");
  add_sample_options(command, options->sample);
  command.option("--alignments", options->alignments, "Write there which word comes from which, as \"0-0 1-2\"")
      .value("FILE");
  command.option("SENTENCES", options->sentences, "What to translate (default: the lines of standard input)").value("");
  command.action([options] { translate(*options); });
}

}  // namespace weft::nmt

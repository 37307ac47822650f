#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "graph/base/file.h"
#include "models/nmt/search/alignment.h"
#include "models/nmt/search/translator.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/input_lines.h"
#include "tools/weft-nmt/line_reader.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/search_options.h"

namespace weft::nmt {
namespace {

constexpr const char* translate_examples = R"(Examples:
  weft-nmt translate --run runs/small "Je suis fatigué." "Où est la gare ?"
  weft-nmt translate --run runs/small < french.txt > english.txt
  weft-nmt translate --run runs/small --beam 5 --replace-unknown < french.txt
  weft-nmt translate --run runs/small --beam 10 --n-best 3 "Je suis fatigué."
  weft-nmt translate --run runs/small --sample --temperature 0.8 --top-k 20 --n-best 5 "Je suis fatigué."
  weft-nmt translate --run runs/a --run runs/b --run runs/c --beam 5 < french.txt
  weft-nmt translate --run runs/small --alignments aligned.txt < french.txt
  echo "Bonjour !" | weft-nmt translate --run runs/small | tr a-z A-Z

Each sentence, or line of standard input, gives one line on standard output and nothing else; an empty one gives an
empty line. Input is UTF-8. On a terminal each line is answered at once. A line that cannot be translated (not UTF-8, a
NUL byte, more than 64 KiB or 1024 tokens) gives the line "<bad line>" and a message with its number; the others are
translated, and the exit status is 1, with --skip-bad 0.

With --n-best each translation gives a line of five columns, with tabs between: the number of the sentence from 1, the
rank of the translation from 1, its score, its log probability (natural), the translation. They are sorted by their
score; samples are not. --alignments writes a line for each of those lines: pairs "source word-word of the translation",
from 0, words as they are after normalisation. For a model of subwords, lengths, alignments and what --replace-unknown
writes are of pieces.)";

/// Many enough that most batches of a length are full, few enough that output follows input soon.
constexpr std::size_t max_lines_at_once = 4096;

struct TranslateOptions {
  EnsembleOptions ensemble;
  TranslatorOptions search;
  SampleOptions sample;
  std::int64_t n_best = 0;  ///< 0: the best, without columns
  std::string alignments;
  bool skip_bad = false;
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

/// Translates sentences to lines on standard output, and counts what it could not use and did not know.
class Lines {
 public:
  Lines(const LoadedEnsemble& ensemble, const TranslateOptions& options)
      : tokeniser_(ensemble.first().run.source().tokeniser()),
        translator_(ensemble.translator(options.search_options())),
        columns_(options.n_best > 0),
        align_(!options.alignments.empty()) {}

  /// Lines of standard input: in the place of a bad one, which is noted, the output has bad_line.
  void translate_lines(std::vector<std::string> lines, std::size_t first_number) {
    std::vector<bool> bad(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      try {
        check_sentence(lines[i], tokeniser_);
      } catch (const Error& error) {
        bad_lines_.add(first_number + i, error.what());
        bad[i] = true;
        lines[i].clear();
      }
    }
    translate(lines, first_number, bad);
  }

  /// Sentences, all of which must be good.
  void translate_sentences(const std::vector<std::string>& sentences) {
    for (std::size_t i = 0; i < sentences.size(); ++i) {
      try {
        check_sentence(sentences[i], tokeniser_);
      } catch (const Error& error) {
        fail("sentence {}: {}", i + 1, error.what());
      }
    }
    translate(sentences, 1, std::vector<bool>(sentences.size()));
  }

  /// A line for each translation so far.
  const std::string& alignments() const { return alignments_; }

  /// Says at the end what was wrong with the input. Returns whether there was no bad line.
  bool finish() const {
    unknown_words_.warn();
    return bad_lines_.finish();
  }

 private:
  void translate(const std::vector<std::string>& sentences, std::size_t first_number, const std::vector<bool>& bad) {
    std::string output;
    std::size_t i = 0;
    for (const std::vector<Translation>& translations : translator_.translate_n_best(sentences, first_number)) {
      unknown_words_.add(translations.front().unknown_words);
      const std::size_t number = first_number + i;
      if (bad[i++]) {
        if (columns_) output += fmt::format("{}\t1\tnan\tnan\t", number);
        output += fmt::format("{}\n", bad_line);
        if (align_) alignments_ += "\n";
        continue;
      }
      for (std::size_t rank = 0; rank < translations.size(); ++rank) {
        const Translation& translation = translations[rank];
        if (columns_)
          output +=
              fmt::format("{}\t{}\t{:.6f}\t{:.6f}\t", number, rank + 1, translation.score, translation.log_probability);
        output += translation.text + "\n";
        if (align_) alignments_ += pharaoh(translation) + "\n";
      }
    }
    print(output);
  }

  const Tokeniser& tokeniser_;
  Translator translator_;
  bool columns_;
  bool align_;
  UnknownWords unknown_words_;
  BadLines bad_lines_{"standard input"};
  std::string alignments_;
};

int translate(const TranslateOptions& options) {
  options.search_options();  // complains about wrong usage before models are read
  const LoadedEnsemble ensemble = load_ensemble(options.ensemble);
  Lines lines(ensemble, options);
  if (!options.sentences.empty()) {
    lines.translate_sentences(options.sentences);
  } else {
    if (::isatty(STDIN_FILENO) == 1) say("Type French sentences, one a line; Ctrl-D ends.");
    LineReader reader(STDIN_FILENO, max_line_bytes, max_lines_at_once);
    for (LineReader::Lines read = reader.read(); !read.lines.empty(); read = reader.read())
      lines.translate_lines(std::move(read.lines), read.first_number);
  }
  if (!options.alignments.empty()) write_file(options.alignments, lines.alignments());
  return lines.finish() || options.skip_bad ? tool::done : tool::failed;
}

}  // namespace

void add_translate(tool::Program& program) {
  const tool::Command command = program.command("translate", "Translate sentences, or the lines of standard input");
  command.footer(translate_examples);
  auto options = std::make_shared<TranslateOptions>();
  add_ensemble_options(command, options->ensemble);
  add_search_options(command, options->search);
  command.option("--n-best", options->n_best, "Translations of each sentence, with scores, in columns (see below)")
      .between(1, 1000)
      .value("N");
  add_sample_options(command, options->sample);
  command.option("--alignments", options->alignments, "Write there which word comes from which, as \"0-0 1-2\"")
      .value("FILE");
  add_skip_bad_option(command, options->skip_bad);
  command.option("SENTENCES", options->sentences, "What to translate (default: the lines of standard input)").value("");
  command.action([options] { return translate(*options); });
}

}  // namespace weft::nmt

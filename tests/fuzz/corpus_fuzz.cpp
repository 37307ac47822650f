#include "models/nmt/data/corpus.h"
#include "models/nmt/text/utf8.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/input_file.h"

// Files of sentence pairs. Every line is a pair, empty or malformed, and the pairs written anew are the same pairs.

namespace weft::fuzz {
namespace {

using nmt::Corpus;
using nmt::Pair;

bool is_sentence(std::string_view text) {
  return !text.empty() && text.find_first_of(std::string_view("\n\t\0", 3)) == std::string_view::npos &&
         !nmt::find_invalid_utf8(text);
}

std::string tsv(const std::vector<Pair>& pairs) {
  std::string text;
  for (const Pair& pair : pairs) text += pair.target + "\t" + pair.source + "\n";
  return text;
}

void run(std::string_view input) {
  static InputFile file;
  const auto corpus = accepted([&] { return nmt::read_corpus(file.write(input)); });
  if (!corpus) return;
  const nmt::CorpusReport& report = corpus->report;
  expect(corpus->pairs.size() + report.empty + report.malformed == report.lines,
         "{} pairs, {} empty, {} malformed of {} lines", corpus->pairs.size(), report.empty, report.malformed,
         report.lines);
  expect(report.first_malformed.size() == std::min(report.malformed, nmt::max_listed_lines),
         "{} of {} malformed lines are listed", report.first_malformed.size(), report.malformed);
  for (const std::string& warning : describe_malformed(report, "corpus")) check_message(warning);
  for (const Pair& pair : corpus->pairs)
    expect(is_sentence(pair.source) && is_sentence(pair.target), "'{}', '{}' is no pair", pair.source, pair.target);
  const Corpus again = nmt::read_corpus(file.write(tsv(corpus->pairs)));
  expect(again.pairs.size() == corpus->pairs.size() && again.report.malformed == 0, "of {} pairs {} are read again",
         corpus->pairs.size(), again.pairs.size());
}

std::vector<std::string> seeds() {
  return {"Go.\tVa !\n", "Hi.\tSalut !\tCC-BY 2.0 (France) Attribution: tatoeba.org #538123\r\n\r\nI am.\tJe suis.",
          "\xEF\xBB\xBFI see.\tJe vois.\n\nno tab\n\tempty side\na\tb\tc\td\nfiancée\tfiancé\n\xff\tx\n"};
}

std::vector<std::string> words() { return {"\xEF\xBB\xBF", "\r\n", "\t\t", "\tCC-BY\n", "\u2028", "\xC2\x85"}; }

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz

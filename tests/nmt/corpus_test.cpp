#include "models/nmt/corpus.h"

#include <doctest/doctest.h>

#include "tests/nmt/temporary_folder.h"

using namespace weft::nmt;

namespace {

Corpus read_text(std::string_view content, std::optional<std::size_t> limit = std::nullopt) {
  const TemporaryFolder folder;
  return read_corpus(folder.write("pairs.txt", content), limit);
}

}  // namespace

TEST_CASE("two and three columns, CRLF and a byte order mark") {
  const Corpus corpus = read_text("\xEF\xBB\xBFGo.\tVa !\r\nHi.\tSalut.\tCC-BY 2.0\nRun!\tCours !\t");
  REQUIRE(corpus.pairs.size() == 3);
  CHECK(corpus.pairs[0].target == "Go.");
  CHECK(corpus.pairs[0].source == "Va !");
  CHECK(corpus.pairs[1].source == "Salut.");
  CHECK(corpus.pairs[2].source == "Cours !");
  CHECK(corpus.report.lines == 3);
  CHECK(corpus.report.empty == 0);
  CHECK(corpus.report.malformed == 0);
  CHECK(describe_malformed(corpus.report, "pairs.txt").empty());
}

TEST_CASE("files that each begin with a byte order mark may stand one behind the other") {
  const Corpus corpus =
      read_text("\xEF\xBB\xBFGo.\tVa !\n\xEF\xBB\xBF\xEF\xBB\xBFHi.\tSalut.\n\xEF\xBB\xBF\tVide\n\xEF\xBB\xBF\n");
  REQUIRE(corpus.pairs.size() == 2);
  CHECK(corpus.pairs[1].target == "Hi.");
  CHECK(corpus.report.malformed == 1);
  CHECK(corpus.report.empty == 1);
}

TEST_CASE("empty and malformed lines are skipped, counted and reported with their numbers") {
  const std::string long_line = "long\t" + std::string(kMaxCorpusLine, 'x');
  const Corpus corpus = read_text("Go.\tVa !\n\n \r\nno tab\na\tb\tc\td\n\tVa !\nGo.\t \ncaf\xE9\tcaf\xC3\xA9\n" +
                                  std::string("a\0\tb\n", 5) + long_line + "\nHi.\tSalut.\n");
  CHECK(corpus.pairs.size() == 2);
  CHECK(corpus.pairs.back().source == "Salut.");
  CHECK(corpus.report.lines == 11);
  CHECK(corpus.report.empty == 2);
  CHECK(corpus.report.malformed == 7);
  REQUIRE(corpus.lines.size() == 11);
  CHECK(corpus.lines.front() == LineKind::pair);
  CHECK(corpus.lines[2] == LineKind::empty);
  CHECK(corpus.lines[9] == LineKind::malformed);
  const std::vector<std::string> warnings = {
      "f:4: skipped: no tab between the English and the French sentence",
      "f:5: skipped: 4 columns, at most 3 are known: English, French, attribution",
      "f:6: skipped: the English sentence is empty",
      "f:7: skipped: the French sentence is empty",
      "f:8: skipped: byte 4 is not UTF-8",
      "f:9: skipped: a NUL byte: is the file binary, or UTF-16 instead of UTF-8?",
      "f:10: skipped: 65541 bytes long, the limit is 65536",
  };
  CHECK(describe_malformed(corpus.report, "f") == warnings);
}

TEST_CASE("a line as long as the limit is read") {
  const std::string line = "long\t" + std::string(kMaxCorpusLine - 5, 'x');
  CHECK(read_text(line + "\r\n").pairs.size() == 1);
}

TEST_CASE("only the first malformed lines are listed") {
  std::string content = "Go.\tVa !\n";
  for (int i = 0; i < 25; ++i) content += "no tab\n";
  const CorpusReport report = read_text(content).report;
  CHECK(report.malformed == 25);
  CHECK(report.first_malformed.size() == kMaxListedLines);
  CHECK(report.first_malformed.back().number == 11);
  CHECK(describe_malformed(report, "f").back() == "f: 15 more malformed lines skipped, 25 in all");
}

TEST_CASE("the limit counts pairs, not lines") {
  const Corpus corpus = read_text("\nbad\na\tb\nbad\nc\td\nbad\ne\tf\n", 2);
  CHECK(corpus.pairs.size() == 2);
  CHECK(corpus.pairs[1].target == "c");
  CHECK(corpus.report.lines == 5);
  CHECK(corpus.report.malformed == 2);
  CHECK(read_text("a\tb\n", 100).pairs.size() == 1);
  CHECK(contains(message_of([] { read_text("a\tb\n", 0); }), "the limit must be at least 1"));
}

TEST_CASE("a file without pairs is refused") {
  CHECK(contains(message_of([] { read_text(""); }), "pairs.txt' is empty"));
  CHECK(contains(message_of([] { read_text("\n\n"); }), "holds no pair (lines: 2, of them empty: 2)"));
  std::string garbage(1 << 20, '\xFF');
  garbage += "\n\x01\x02\xFE";
  const std::string binary = message_of([&] { read_text(garbage); });
  CHECK(contains(binary, "holds no pair (lines: 2, of them empty: 0)"));
  CHECK(contains(binary, ":1: skipped: 1048576 bytes long"));
  CHECK(contains(binary, ":2: skipped: byte 3 is not UTF-8"));
  CHECK(binary.back() != '\n');
  CHECK(contains(message_of([] { read_text(std::string("\xFF\xFEG\0\t\0V\0", 8)); }), "UTF-16"));
}

TEST_CASE("a file that cannot be read is refused by name") {
  const TemporaryFolder folder;
  CHECK(contains(message_of([&] { read_corpus(folder.path / "none.txt"); }), "none.txt': No such file"));
  CHECK(contains(message_of([&] { read_corpus(folder.path); }), "it is a directory"));
}

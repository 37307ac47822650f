#include "models/nmt/data/corpus.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <memory>

#include "models/nmt/data/corpus_columns.h"
#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;

namespace {

Corpus read_text(std::string_view content, std::optional<std::size_t> limit = std::nullopt,
                 const CorpusFormat& format = {}) {
  const TemporaryFolder folder;
  return read_corpus(folder.write("pairs.txt", content), limit, format);
}

std::string packed(std::string_view text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string content(text);
  std::string result(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(content.data());
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

/// A corpus from German to English whose columns are those.
Corpus read_german(std::string_view content, const std::string& columns = "") {
  return read_text(content, std::nullopt, {columns, "de", "en"});
}

std::string zstd_packed(std::string_view text) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string result(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress2(context.get(), result.data(), result.size(), text.data(), text.size());
  REQUIRE(ZSTD_isError(size) == 0);
  result.resize(size);
  return result;
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
  const std::string long_line = "long\t" + std::string(max_corpus_line, 'x');
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
      "f:4: skipped: no tab between the target and the source sentence",
      "f:5: skipped: 4 columns, at most 3 are known: target, source, attribution; choose with --columns",
      "f:6: skipped: the target sentence is empty",
      "f:7: skipped: the source sentence is empty",
      "f:8: skipped: byte 4 is not UTF-8",
      "f:9: skipped: a NUL byte: is the file binary, or UTF-16 instead of UTF-8?",
      "f:10: skipped: 65541 bytes long, the limit is 65536",
  };
  CHECK(describe_malformed(corpus.report, "f") == warnings);
}

TEST_CASE("a line as long as the limit is read") {
  const std::string line = "long\t" + std::string(max_corpus_line - 5, 'x');
  CHECK(read_text(line + "\r\n").pairs.size() == 1);
}

TEST_CASE("only the first malformed lines are listed") {
  std::string content = "Go.\tVa !\n";
  for (int i = 0; i < 25; ++i) content += "no tab\n";
  const CorpusReport report = read_text(content).report;
  CHECK(report.malformed == 25);
  CHECK(report.first_malformed.size() == max_listed_lines);
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

TEST_CASE("messages call the sides by their languages") {
  const CorpusReport report = read_german("Go.\tGeh!\nno tab\n\tGeh!\n").report;
  CHECK(report.first_malformed.at(0).reason == "no tab between the English and the German sentence");
  CHECK(report.first_malformed.at(1).reason == "the English sentence is empty");
}

TEST_CASE("columns are chosen by number and by name") {
  const Corpus numbers = read_german("17\tGeh!\tde\tGo.\n18\tJa.\tde\tYes.\n", "2,4");
  REQUIRE(numbers.pairs.size() == 2);
  CHECK(numbers.pairs[1].source == "Ja.");
  CHECK(numbers.pairs[1].target == "Yes.");
  CHECK(numbers.report.header.empty());

  const Corpus names = read_german("id\tDE\ten\n17\tGeh!\tGo.\n", "de,en");
  REQUIRE(names.pairs.size() == 1);
  CHECK(names.pairs[0].source == "Geh!");
  CHECK(line_of_pair(names, 0) == 2);
  CHECK(names.report.header == "id\tDE\ten");
  CHECK(contains(message_of([] { read_german("id\tde\ten\n17\tGeh!\tGo.\n", "fr,en"); }),
                 "pairs.txt:1: there is no column \"fr\" (--columns): its first line, which must be a header then, has "
                 "\"id\", \"de\", \"en\""));
  CHECK(contains(message_of([] { read_german("de\ten\nGeh!\tGo.\n", "1,de"); }), "both are column 1"));
  CHECK(read_german("a\tb\tc\nd\te\n", "3,1").report.first_malformed.at(0).reason ==
        "2 columns, column 3 is needed (--columns)");
}

TEST_CASE("what names two different columns") {
  for (const char* text : {"2,1", "1,2", "1,1000", "de,en", "source text,1", " 3 , 1 "}) {
    CAPTURE(text);
    CHECK(parse_columns(text).has_value());
  }
  for (const char* text :
       {"", ",", "1", "1,", ",1", "1,1", "0,1", "-1,2", "1,1001", "1,99999999999999999999", "de,DE", "1,2,3"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_columns(text).has_value());
  }
}

TEST_CASE("a header is skipped") {
  for (const char* header :
       {"English\tGerman", "en\tde", "English\tDeutsch", "target\tsource", "tgt\tsrc", "reference\tsource_text",
        "eng_Latn\tdeu_Latn", "EN sentence\tDE sentence", "translation\tGerman\tattribution"}) {
    CAPTURE(header);
    const Corpus corpus = read_german(std::string("\n") + header + "\nGo.\tGeh!\n");
    CHECK(corpus.pairs.size() == 1);
    CHECK(corpus.report.header == header);
  }
}

TEST_CASE("a pair that looks like a header is kept") {
  for (const char* line :
       {"German\tDeutsch", "Text\tText", "source\tsource", "Translation\tÜbersetzung", "No\tNein", "English\tenglisch",
        "The source\tDie Quelle", "de\tde", "target\tZiel", "1\t2", "English German\tDeutsch Englisch"}) {
    CAPTURE(line);
    CHECK(read_german(std::string(line) + "\nGo.\tGeh!\n").pairs.size() == 2);
  }
  // Only the first line is one, and only where the languages are known: the files of a run have none.
  CHECK(read_german("Go.\tGeh!\nEnglish\tGerman\n").pairs.size() == 2);
  CHECK(read_text("English\tGerman\nGo.\tGeh!\n").pairs.size() == 2);
}

TEST_CASE("a header that names the sides the other way round is refused") {
  CHECK(
      contains(message_of([] { read_german("German\tEnglish\nGeh!\tGo.\n"); }),
               "pairs.txt:1: by the header column 1 is German and column 2 is English, but they are read the other way "
               "round: give --columns 1,2, or interchange --source-language and --target-language"));
  CHECK(read_german("German\tEnglish\nGeh!\tGo.\n", "1,2").pairs.at(0).source == "Geh!");
}

TEST_CASE("two files with a side each are read together") {
  const TemporaryFolder folder;
  const std::string source = folder.write("a.de", "\xEF\xBB\xBFGeh!\r\n\n\nJa\tja.\n");
  const std::string target = folder.write("a.en", "Go.\n\nOh.\nYes.");
  const CorpusFormat format{"", "de", "en"};
  const std::string both = source + "," + target;
  const Corpus corpus = read_corpus(both, std::nullopt, format);
  REQUIRE(corpus.pairs.size() == 2);
  CHECK(corpus.pairs[0].source == "Geh!");
  CHECK(corpus.pairs[1].source == "Ja ja.");  // a tab would be a column in the run's files
  CHECK(corpus.pairs[1].target == "Yes.");
  CHECK(line_of_pair(corpus, 1) == 4);
  CHECK(corpus.report.empty == 1);
  CHECK(corpus.report.first_malformed.at(0).reason == "the German sentence is empty");

  CHECK(resolve_corpus((folder.path / "a").string(), "de", "en") == both);
  CHECK(resolve_corpus(both, "de", "en") == both);
  CHECK(resolve_corpus("-", "de", "en") == "-");
  CHECK(resolve_corpus((folder.path / "a").string(), "de", "fr") == (folder.path / "a").string());
  folder.write("a", "Go.\tGeh!\n");
  CHECK(resolve_corpus((folder.path / "a").string(), "de", "en") == (folder.path / "a").string());
  folder.write("x,y", "Go.\tGeh!\n");
  CHECK(read_corpus((folder.path / "x,y").string()).pairs.size() == 1);

  folder.write("a.en", "Go.\n\nOh.\nYes.\nToo many.\n");
  CHECK(contains(message_of([&] { read_corpus(both, 1, format); }),
                 "its German side has 4 lines, its English side 5; line by line"));
  CHECK(contains(message_of([&] { read_corpus(both, 1, {"1,2", "de", "en"}); }), "leave out --columns 1,2"));
}

TEST_CASE("what gzip or Zstandard has packed is unpacked") {
  struct Packer {
    std::string (*pack)(std::string_view);
    std::string_view cut_off;
    std::string_view damaged;
  };
  for (const Packer& packer :
       {Packer{packed, "pairs.txt': the gzip data are cut off", "damaged gzip data"},
        Packer{zstd_packed, "pairs.txt': the Zstandard data are cut off", "damaged Zstandard data"}}) {
    CAPTURE(packer.damaged);
    const std::string pairs = packer.pack("Go.\tVa !\n");
    CHECK(read_text(pairs).pairs.at(0).source == "Va !");
    CHECK(read_text(pairs + packer.pack("Hi.\tSalut.\n")).pairs.size() == 2);
    for (std::size_t size = 4; size < pairs.size(); ++size) {
      CAPTURE(size);
      CHECK(contains(message_of([&] { read_text(pairs.substr(0, size)); }), packer.cut_off));
    }
    std::string damaged = pairs;
    damaged[pairs.size() - 6] = static_cast<char>(damaged[pairs.size() - 6] ^ 1);
    CHECK(contains(message_of([&] { read_text(damaged); }), packer.damaged));
    CHECK(contains(message_of([&] { read_text(pairs + "rest"); }), packer.damaged));
    // More than the buffers of any stage, and a pair that lies across their ends.
    std::string many;
    for (int i = 0; i < 200'000; ++i) many += fmt::format("I am {}.\tJe suis {}.\n", i, i);
    const Corpus corpus = read_text(packer.pack(many));
    REQUIRE(corpus.pairs.size() == 200'000);
    for (std::size_t i = 0; i < corpus.pairs.size(); i += 991)
      CHECK(corpus.pairs[i].source == fmt::format("Je suis {}.", i));
  }
}

TEST_CASE("a line that would not fit in memory is told as long as it is, and what follows is read") {
  const std::string bomb = packed(std::string(50'000'000, 'x') + "\nGo.\tVa !\r\n" + std::string(3'000'000, 'y'));
  CHECK(bomb.size() < 100'000);
  const Corpus corpus = read_text(bomb);
  REQUIRE(corpus.pairs.size() == 1);
  CHECK(corpus.pairs[0].source == "Va !");
  REQUIRE(corpus.report.first_malformed.size() == 2);
  CHECK(corpus.report.first_malformed[0].reason == "50000000 bytes long, the limit is 65536");
  CHECK(corpus.report.first_malformed[1].reason == "3000000 bytes long, the limit is 65536");
}

TEST_CASE("a name may stand for several corpora") {
  const TemporaryFolder folder;
  const std::string a = folder.write("a.tsv", "Go.\tVa !\n").string();
  folder.write("b.fr", "Salut.\n");
  folder.write("b.en.zst", "Hi.\n");
  const std::string b = (folder.path / "b").string();
  const std::string name = resolve_corpus(a + ";" + b, "fr", "en");
  CHECK(name == fmt::format("{};{}.fr,{}.en.zst", a, b, b));
  CHECK(corpora_of(name) == std::vector<std::string>{a, fmt::format("{}.fr,{}.en.zst", b, b)});
  CHECK(corpora_of("").empty());
  folder.write("c;d", "Go.\tVa !\n");
  const std::string one = (folder.path / "c;d").string();
  CHECK(corpora_of(one) == std::vector{one});
}

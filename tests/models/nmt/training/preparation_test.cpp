#include "models/nmt/training/preparation.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "graph/base/file.h"
#include "models/nmt/training/encoding.h"
#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;

namespace {

Config config_of(const std::filesystem::path& corpus, std::string_view source_language) {
  Config config = preset("small");
  config.source_language = source_language;
  config.normaliser = Normaliser::reversible;
  config.data.corpus = corpus.string();
  return config;
}

/// Keeps what is told.
struct Told : weft::Progress {
  std::vector<std::string> lines;
  std::vector<std::string> work;

  void log(std::string_view line) override { lines.emplace_back(line); }
  void during(std::string title, const std::function<void()>& its_work) override {
    work.push_back(std::move(title));
    its_work();
  }
};

}  // namespace

TEST_CASE("sentences in other letters than Latin ones are split as others are") {
  const TemporaryFolder folder;
  std::string pairs;
  for (const std::string_view who : {"кошка", "король", "Анна", "никто"})
    for (const std::string_view what : {"видит", "покупает", "слышит", "находит", "хочет"})
      pairs += fmt::format("{0} {1}\t{0} {1} дом.\n", who, what);
  Told told;
  const CorpusParts parts = load_parts(config_of(folder.write("pairs.tsv", pairs), "ru"), told);
  CHECK(parts.train.size() == 16);
  CHECK(parts.valid.size() == 2);
  CHECK(parts.test.size() == 2);
}

TEST_CASE("a part that gets no pair is warned of") {
  const TemporaryFolder folder;
  std::string pairs;
  for (int i = 0; i < 30; ++i) pairs += fmt::format("Yes, {}.\tJa.\n", i);
  Told told;
  const CorpusParts parts = load_parts(config_of(folder.write("pairs.tsv", pairs), "de"), told);
  std::vector<std::string> warnings;
  for (const std::string& line : told.lines)
    if (line.starts_with("warning: no pair is left")) warnings.push_back(line);
  CHECK(parts.train.size() == 30);
  REQUIRE(warnings.size() == 2);
  CHECK(
      warnings[0].starts_with("warning: no pair is left to validate with: pairs that share a sentence stay together"));
  CHECK(warnings[1].starts_with("warning: no pair is left to test with"));
}

TEST_CASE("a vocabulary without a word is refused") {
  Config config = preset("small");
  const std::vector<Pair> pairs{{.source = "我在这里", .target = "I am here."}, {.source = "你好", .target = "Hello!"}};
  CHECK(make_vocabulary(sequence_of(pairs), &Pair::target, config).size() > 4);
  CHECK_THROWS_WITH_AS(make_vocabulary(sequence_of(pairs), &Pair::source, config),
                       "the French sentences have no word at all: is the corpus of these languages, and its columns "
                       "the right ones (--columns)?",
                       weft::Error);
}

TEST_CASE("learning subwords, which may take minutes, is told before and after") {
  const TemporaryFolder folder;
  CorpusParts parts;
  for (int i = 0; i < 40; ++i) parts.train.push_back({fmt::format("je suis {}", i), fmt::format("i am {}", i)});
  Config config = preset("small");
  config.subwords = 20;
  Told told;
  prepare_run(folder / "run", config, parts, told);
  CHECK(told.work == std::vector<std::string>{"Learning subwords", "Learning subwords"});
  REQUIRE(told.lines.size() == 4);
  CHECK(told.lines[0] == "Subwords    learning up to 20 pieces from 40 sentences of the source");
  CHECK(told.lines[1].starts_with("Subwords    learnt in "));
}

TEST_CASE("a corpus is split alike whether it is read twice, once, in one file or in several") {
  const TemporaryFolder folder;
  std::string pairs;
  for (int i = 0; i < 300; ++i) pairs += fmt::format("I see {}.\tJe vois {} et {}.\n", i, i, i % 200);
  const std::size_t half = pairs.find("\nI see 150") + 1;
  const auto whole = folder.write("whole.tsv", pairs);
  const std::string halves =
      folder.write("a.tsv", pairs.substr(0, half)).string() + ";" + folder.write("b.tsv", pairs.substr(half)).string();
  const auto pipe = folder.path / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto parts_of = [](const std::filesystem::path& name, std::int64_t limit) {
    Told told;
    Config config = config_of(name, "fr");
    config.data.limit = limit;
    return load_parts(config, told);
  };
  const auto lines_of = [](const CorpusParts& parts) {
    std::vector<std::string> lines;
    for (const Part part : all_parts) {
      lines.emplace_back("part");
      for (const Pair& pair : parts.of(part)) lines.push_back(pair.source + pair.target);
    }
    return lines;
  };
  for (const std::int64_t limit : {0, 100, 200}) {
    CAPTURE(limit);
    const auto expected = lines_of(parts_of(whole, limit));
    CHECK(expected.size() == (limit == 0 ? 300U : static_cast<std::size_t>(limit)) + 3);
    CHECK(lines_of(parts_of(halves, limit)) == expected);
    std::jthread writer([&] { std::ofstream(pipe) << pairs; });
    CHECK(lines_of(parts_of(pipe, limit)) == expected);
  }
}

TEST_CASE("ids are made once, and again when what they are made of changes") {
  const TemporaryFolder folder;
  CorpusParts parts;
  for (int i = 0; i < 40; ++i) parts.train.push_back({fmt::format("je suis {}", i), fmt::format("i am {}", i)});
  Told told;
  const RunDirectory run = prepare_run(folder / "run", preset("small"), parts, told);
  const auto path = run.ids_path(Part::train);
  encode_part(run, Part::train, told);
  const auto made = std::filesystem::last_write_time(path);
  const std::string content = weft::read_file(path);
  encode_part(run, Part::train, told);
  CHECK(std::filesystem::last_write_time(path) == made);

  std::string damaged = content;
  damaged[10] = static_cast<char>(damaged[10] ^ 1);
  weft::write_file(path, damaged);
  encode_part(run, Part::train, told);
  CHECK(weft::read_file(path) == content);

  const std::string sentences = weft::read_file(run.pairs_path(Part::train));
  weft::write_file(run.pairs_path(Part::train), sentences.substr(sentences.find('\n') + 1));
  encode_part(run, Part::train, told);
  CHECK(ExampleFile(path).size() == 39);
}

TEST_CASE("a corpus that is not there is told before another one is read") {
  const TemporaryFolder folder;
  Config config = config_of("", "fr");
  config.data.corpus.clear();
  config.data.train = folder.write("a.tsv", "Go.\tVa !\n").string();
  config.data.valid = (folder.path / "none.tsv").string();
  Told told;
  CHECK(contains(message_of([&] { load_parts(config, told); }), "none.tsv': No such file"));
  CHECK(told.lines.empty());
}

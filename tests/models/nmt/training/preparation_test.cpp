#include "models/nmt/training/preparation.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

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
  const CorpusParts parts = load_parts(config_of(folder.write("pairs.tsv", pairs), "ru"), [](std::string_view) {});
  CHECK(parts.train.size() == 16);
  CHECK(parts.valid.size() == 2);
  CHECK(parts.test.size() == 2);
}

TEST_CASE("a part that gets no pair is warned of") {
  const TemporaryFolder folder;
  std::string pairs;
  for (int i = 0; i < 30; ++i) pairs += fmt::format("Yes, {}.\tJa.\n", i);
  std::vector<std::string> warnings;
  const CorpusParts parts = load_parts(config_of(folder.write("pairs.tsv", pairs), "de"), [&](std::string_view line) {
    if (line.starts_with("warning: no pair is left")) warnings.emplace_back(line);
  });
  CHECK(parts.train.size() == 30);
  REQUIRE(warnings.size() == 2);
  CHECK(
      warnings[0].starts_with("warning: no pair is left to validate with: pairs that share a sentence stay together"));
  CHECK(warnings[1].starts_with("warning: no pair is left to test with"));
}

TEST_CASE("a vocabulary without a word is refused") {
  Config config = preset("small");
  const std::vector<Pair> pairs{{.source = "我在这里", .target = "I am here."}, {.source = "你好", .target = "Hello!"}};
  CHECK(make_vocabulary(pairs, &Pair::target, config).size() > 4);
  CHECK_THROWS_WITH_AS(make_vocabulary(pairs, &Pair::source, config),
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

#include "models/nmt/text/word_counts.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>

#include "models/nmt/data/random.h"
#include "models/nmt/text/vocabulary.h"
#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;

namespace {

/// Sentences of words of which few are frequent and many are rare, as in a language.
std::vector<std::string> skewed_sentences(std::size_t count) {
  Random random(3);
  std::vector<std::string> sentences;
  for (std::size_t i = 0; i < count; ++i) {
    std::string sentence = "<start>";
    for (int word = 0; word < 12; ++word) sentence += fmt::format(" w{}", random.below(1 + random.below(3'000)));
    sentences.push_back(sentence + " <end>");
  }
  return sentences;
}

WordCounts counted(const std::vector<std::string>& sentences, WordCounts counts) {
  for (const std::string& sentence : sentences) counts.add(sentence);
  return counts;
}

std::vector<std::string> lines(const std::vector<WordCount>& words) {
  std::vector<std::string> lines;
  for (const auto& [word, count, first] : words) lines.push_back(fmt::format("{} {} {}", word, count, first));
  return lines;
}

}  // namespace

TEST_CASE("counts that do not fit in memory are the same") {
  const TemporaryFolder folder;
  const std::vector<std::string> sentences = skewed_sentences(2'000);
  const WordCounts in_memory = counted(sentences, {});
  const WordCounts on_disk = counted(sentences, {10'000, folder.path});
  CHECK(std::filesystem::is_empty(folder.path));  // its files have no names
  const auto all = in_memory.by_frequency();
  CHECK(all.size() > 2'000);
  std::uint64_t words = 0;
  for (const WordCount& word : all) words += word.count;
  CHECK(words == 2'000 * 14);
  CHECK(lines(on_disk.by_frequency()) == lines(all));
  CHECK(lines(on_disk.by_frequency()) == lines(all));  // asked again
  for (const std::size_t limit : {0U, 1U, 7U, 100U, 5'000U}) {
    CAPTURE(limit);
    const auto first = std::span(all).first(std::min(limit, all.size()));
    CHECK(lines(on_disk.by_frequency(limit)) == lines({first.begin(), first.end()}));
    const Vocabulary expected(in_memory, limit + 3), vocabulary(on_disk, limit + 3);
    CHECK(vocabulary.lines() == expected.lines());
  }
}

TEST_CASE("words that are to be kept are, however rare") {
  WordCounts counts;
  counts.add("a a a b b rare c c");
  constexpr std::array<std::string_view, 2> kept = {"rare", "missing"};
  CHECK(lines(counts.by_frequency(2, kept)) == std::vector<std::string>{"a 3 0", "b 2 3", "rare 1 5"});
}

TEST_CASE("counts that find no room on disk say so") {
  WordCounts counts(0, "/nowhere");
  counts.add("a");
  CHECK(contains(message_of([&] { counts.add("b"); }), "cannot write counts of words to '/nowhere': No such file"));
}

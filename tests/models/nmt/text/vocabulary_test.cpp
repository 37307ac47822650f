#include "models/nmt/text/vocabulary.h"

#include <doctest/doctest.h>

#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;
using Ids = std::vector<std::int32_t>;

namespace {

WordCounts counts_of(const std::vector<std::string>& sentences) {
  WordCounts counts;
  for (const std::string& sentence : sentences) counts.add(sentence);
  return counts;
}

const std::vector<std::string> sample_sentences{"<start> b a ! <end>", "<start> c b . <end>", "<start> a . <end>"};

std::string load_error(std::string_view content) {
  const TemporaryFolder folder;
  return message_of([&] { Vocabulary::load(folder.write("vocab.source.txt", content)); });
}

}  // namespace

TEST_CASE("ids follow falling frequency, then first appearance; <unk> is the last") {
  // 3 <start> <end>, 2 b a ., 1 ! c
  const Vocabulary vocabulary(counts_of(sample_sentences));
  const std::vector<std::string> words{"<pad>", "<start>", "<end>", "b", "a", ".", "!", "c", "<unk>"};
  REQUIRE(vocabulary.size() == words.size());
  for (std::size_t i = 0; i < words.size(); ++i) CHECK(vocabulary.word(static_cast<std::int32_t>(i)) == words[i]);
  CHECK(vocabulary.id("b") == 3);
  CHECK(vocabulary.id("c") == 7);
  CHECK(vocabulary.id("zebra") == vocabulary.unknown_id());
  CHECK(vocabulary.id("<unk>") == vocabulary.unknown_id());
  CHECK(vocabulary.id("<pad>") == vocabulary.unknown_id());
  CHECK(vocabulary.unknown_id() == 8);
  CHECK(vocabulary.start_id() == 1);
  CHECK(vocabulary.end_id() == 2);
}

TEST_CASE("encode and decode") {
  const Vocabulary vocabulary(counts_of(sample_sentences));
  const Ids ids = vocabulary.encode({"<start>", "a", "zebra", ".", "<end>"});
  CHECK(ids == Ids{1, 4, 8, 5, 2});
  CHECK(vocabulary.decode(Ids{1, 4, 8, 5, 2, 0, 0}) == "a <unk> .");
  CHECK(vocabulary.decode({}).empty());
  CHECK(contains(message_of([&] { vocabulary.decode(Ids{9}); }), "no word 9: its ids are 0 to 8"));
  CHECK(contains(message_of([&] { vocabulary.word(-1); }), "no word -1"));
}

TEST_CASE("a limit keeps the most frequent words, and <start> and <end> always") {
  const Vocabulary limited(counts_of(sample_sentences), 4);
  CHECK(limited.size() == 6);
  CHECK(limited.id("a") == 4);
  CHECK(limited.id(".") == limited.unknown_id());
  const Vocabulary rare(counts_of({"<start> a a b b b c c <end>"}), 3);
  CHECK(rare.size() == 5);
  CHECK(rare.id("b") == 1);
  CHECK(rare.start_id() == 2);
  CHECK(rare.end_id() == 3);
  CHECK(rare.id("a") == rare.unknown_id());
  CHECK(Vocabulary(counts_of(sample_sentences), 1000).size() == 9);
  CHECK(contains(message_of([] { Vocabulary(counts_of(sample_sentences), 2); }), "allow at least 3"));
}

TEST_CASE("words that are names of other ids are not counted as words") {
  const Vocabulary vocabulary(counts_of({"<start> <unk> <unk> <pad> a <end>"}));
  CHECK(vocabulary.size() == 5);
  CHECK(vocabulary.id("a") == 2);
}

TEST_CASE("a vocabulary without sentences is refused") {
  CHECK(contains(message_of([] { Vocabulary(WordCounts{}); }), "lacks <start>"));
  CHECK(contains(message_of([] { Vocabulary(counts_of({"<start> a"})); }), "lacks <end>"));
}

TEST_CASE("a saved vocabulary is the same when it is loaded") {
  const TemporaryFolder folder;
  const auto path = folder.path / "vocab.target.txt";
  const Vocabulary saved(counts_of(sample_sentences));
  saved.save(path);
  CHECK(weft::read_file(path) == "<start>\n<end>\nb\na\n.\n!\nc\n<unk>\n");
  const Vocabulary loaded = Vocabulary::load(path);
  REQUIRE(loaded.size() == saved.size());
  for (std::int32_t id = 0; id < 9; ++id) {
    CHECK(loaded.word(id) == saved.word(id));
    if (id > 0) CHECK(loaded.id(saved.word(id)) == id);
  }
  CHECK(Vocabulary::load(folder.write("dos.txt", "<start>\r\n<end>\r\na\r\n<unk>\r\n")).id("a") == 3);
}

TEST_CASE("a damaged vocabulary is refused with the number of the line") {
  CHECK(contains(load_error("<start>\n<end>\na\nb\na\n<unk>\n"), "line 5: the word 'a' is already on line 3"));
  CHECK(contains(load_error("<start>\n\n<end>\n<unk>\n"), "line 2: the line is empty"));
  CHECK(contains(load_error("<start>\n<end>\na b\n<unk>\n"), "line 3: a word must not hold blanks"));
  CHECK(contains(load_error("<start>\n<end>\ncaf\xE9\n<unk>\n"), "line 3: byte 4 is not UTF-8"));
  CHECK(contains(load_error("<pad>\n<start>\n<end>\n<unk>\n"), "line 1: <pad>"));
  CHECK(contains(load_error("<end>\na\n<unk>\n"), "lacks <start>"));
  CHECK(contains(load_error("<start>\na\n<unk>\n"), "lacks <end>"));
  CHECK(contains(load_error("<start>\n<end>\na\n"), "<unk> is missing"));
  CHECK(contains(load_error("<start>\n<unk>\n<end>\n"), "<unk> is on line 2, it must be the last, 3"));
  CHECK(contains(load_error(""), "vocab.source.txt"));
  CHECK(contains(message_of([] { Vocabulary::load("/nonexistent/vocab.txt"); }), "/nonexistent/vocab.txt"));
}

#include "models/nmt/text/subwords.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "models/nmt/data/builtin/builtin_corpus.h"
#include "models/nmt/text/special_words.h"
#include "models/nmt/text/vocabulary.h"
#include "models/nmt/text/word_counts.h"
#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;
using Words = std::vector<std::string>;

namespace {

const std::vector<std::string>& sentences(Normaliser normaliser) {
  static std::map<Normaliser, std::vector<std::string>> all;
  std::vector<std::string>& some = all[normaliser];
  if (some.empty()) {
    for (const Pair& pair : builtin_corpus()) some.push_back(normalised_words(pair.source, normaliser));
    some.resize(3000);
  }
  return some;
}

Tokeniser tokeniser(Normaliser normaliser, SubwordKind kind, std::int64_t size = 300) {
  return {normaliser, std::make_shared<SubwordModel>(SubwordModel::train(sentences(normaliser), size, kind))};
}

}  // namespace

TEST_CASE("words are cut into pieces and put together again" * doctest::test_suite("slow")) {
  for (const SubwordKind kind : {SubwordKind::unigram, SubwordKind::bpe}) {
    for (const Normaliser normaliser : {Normaliser::tutorial, Normaliser::reversible}) {
      CAPTURE(to_string(kind));
      const Tokeniser pieces = tokeniser(normaliser, kind);
      CHECK(pieces.subwords()->pieces().size() == 299);
      std::size_t cut = 0;
      for (const Pair& pair : builtin_corpus()) {
        const std::string expected = normalised_words(pair.source, normaliser);
        Words tokens = pieces.tokens(pair.source);
        REQUIRE(tokens.front() == start_token);
        REQUIRE(tokens.back() == end_token);
        tokens.erase(tokens.begin());
        tokens.pop_back();
        if (pieces.words(tokens) != expected) FAIL_CHECK(expected, " comes back as ", pieces.words(tokens));
        cut += tokens.size() > weft::nmt::tokens(pair.source, normaliser).size() - 2 ? 1 : 0;
      }
      CHECK(cut > 1000);
    }
  }
}

TEST_CASE("the same sentences give the same model; both kinds differ" * doctest::test_suite("slow")) {
  const auto bytes = [](SubwordKind kind) {
    return SubwordModel::train(sentences(Normaliser::tutorial), 200, kind).bytes();
  };
  CHECK(bytes(SubwordKind::unigram) == bytes(SubwordKind::unigram));
  CHECK(bytes(SubwordKind::bpe) == bytes(SubwordKind::bpe));
  CHECK(bytes(SubwordKind::bpe) != bytes(SubwordKind::unigram));
}

TEST_CASE("a vocabulary of pieces is saved, loaded, and compared with its model") {
  const Tokeniser pieces = tokeniser(Normaliser::tutorial, SubwordKind::unigram);
  const Vocabulary saved = Vocabulary::of_subwords(pieces);
  CHECK(saved.size() == 299 + 4);  // <pad>, <start>, <end>, <unk>
  CHECK(saved.decode(saved.encode(pieces.tokens("Je suis là."))) == "je suis la .");
  const TemporaryFolder folder;
  saved.save(folder.path / "vocab.txt");
  const Vocabulary loaded = Vocabulary::load(folder.path / "vocab.txt", pieces);
  REQUIRE(loaded.size() == saved.size());
  for (std::int32_t id = 0; std::cmp_less(id, saved.size()); ++id) CHECK(loaded.word(id) == saved.word(id));
  const Tokeniser other = tokeniser(Normaliser::tutorial, SubwordKind::bpe);
  const std::string message = message_of([&] { Vocabulary::load(folder.path / "vocab.txt", other); });
  CHECK(contains(message, "vocab.txt"));
  CHECK(contains(message, "files are of different runs"));
  const std::string more = weft::read_file(folder.path / "vocab.txt");
  folder.write("fewer.txt", "<start>\n<end>\n<unk>\n");
  CHECK(contains(message_of([&] { Vocabulary::load(folder.path / "fewer.txt", pieces); }), "line 3 has nothing"));
  CHECK(contains(message_of([&] {
                   Vocabulary::load(folder.write("more.txt", "<start>\n" + more.substr(8, 6) + "x\n<unk>\n"), pieces);
                 }),
                 "line 3 has 'x'"));
}

TEST_CASE("characters that the model has not seen are unknown, and no more than they") {
  const Tokeniser pieces = tokeniser(Normaliser::reversible, SubwordKind::unigram);
  const Vocabulary vocabulary = Vocabulary::of_subwords(pieces);
  const std::vector<std::int32_t> ids = vocabulary.encode(pieces.tokens("Je suis 語."));
  CHECK(std::ranges::count(ids, vocabulary.unknown_id()) == 1);
}

TEST_CASE("a size without room for the characters is told, and one without end gives what there is") {
  const std::string message =
      message_of([] { SubwordModel::train(sentences(Normaliser::tutorial), 5, SubwordKind::unigram); });
  CHECK(contains(message, "5 pieces cannot make the words of 3000 sentences"));
  const std::string advice = "ask for at least ";
  const std::int64_t least = std::stoll(message.substr(message.find(advice) + advice.size()));
  for (const SubwordKind kind : {SubwordKind::unigram, SubwordKind::bpe}) {
    CAPTURE(to_string(kind));
    CHECK(std::cmp_less(SubwordModel::train(sentences(Normaliser::tutorial), least, kind).pieces().size(), least));
    const std::size_t count = SubwordModel::train(Words{"a b ab", "ab b"}, 10'000, kind).pieces().size();
    CHECK(count >= 3);
    CHECK(count < 20);
    CHECK(contains(message_of([&] { SubwordModel::train(Words{}, 100, kind); }), "from 0 sentences"));
  }
}

TEST_CASE("what is no model is refused with its origin") {
  CHECK(
      contains(message_of([] { SubwordModel("no model", "some.model"); }), "some.model: it is no SentencePiece model"));
  CHECK(contains(message_of([] { SubwordModel("", "empty.model"); }), "empty.model: "));
}

TEST_CASE("pieces of any order are joined") {
  const auto join = [](const Words& pieces) { return SubwordModel::join(pieces); };
  CHECK(join({"▁je", "▁mange", "ais", "▁", "."}) == "je mangeais .");
  CHECK(join({"ais", "▁je"}) == "ais je");
  CHECK(join({"▁", "▁", "▁a", "▁"}) == "a");
  CHECK(join({}) == "");
}

TEST_CASE("subword models have names") {
  CHECK(parse_subword_kind("bpe") == SubwordKind::bpe);
  CHECK(parse_subword_kind(to_string(SubwordKind::unigram)) == SubwordKind::unigram);
  CHECK(contains(message_of([] { parse_subword_kind("word"); }), "choose one of: unigram, bpe"));
}

TEST_CASE("words and their counts give the pieces of the sentences they are of" * doctest::test_suite("slow")) {
  WordCounts counts;
  CharacterSet characters;
  for (const std::string& sentence : sentences(Normaliser::reversible)) {
    counts.add(sentence);
    characters.add(sentence);
  }
  const std::vector<WordCount> words = counts.by_frequency();
  CHECK(SubwordModel::train(words, characters, 300, SubwordKind::bpe).pieces() ==
        SubwordModel::train(sentences(Normaliser::reversible), 300, SubwordKind::bpe).pieces());

  // Of the frequent words alone; that of a rare one has a character of its own.
  counts.add("ŵ");
  characters.add("ŵ");
  for (const SubwordKind kind : {SubwordKind::unigram, SubwordKind::bpe}) {
    const auto model =
        std::make_shared<SubwordModel>(SubwordModel::train(counts.by_frequency(100), characters, 300, kind));
    const Vocabulary vocabulary = Vocabulary::of_subwords({Normaliser::reversible, model});
    for (const std::string& piece : model->split("ŵ")) CHECK(vocabulary.id(piece) != vocabulary.unknown_id());
  }
  CHECK(contains(message_of([&] { SubwordModel::train(words, characters, 5, SubwordKind::bpe); }), "different words"));
}

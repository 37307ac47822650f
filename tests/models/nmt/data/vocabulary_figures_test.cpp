#include "models/nmt/data/vocabulary_figures.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "graph/base/json_parse.h"
#include "graph/base/sha256.h"
#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;

namespace {

std::string sha256(std::string_view text) {
  Sha256 sha;
  sha.update(text);
  return sha.hex_digest();
}

nlohmann::json golden() { return weft::parse_json(weft::read_file(WEFT_TEST_DIR "/golden/text/vocabulary.json")); }

}  // namespace

TEST_CASE("SHA-256 of the examples of FIPS 180") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 does not depend on how the text is cut") {
  const std::string text(200, 'x');
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Sha256 sha;
    sha.update(text.substr(0, cut));
    sha.update(text.substr(cut));
    CHECK(sha.hex_digest() == sha256(text));
  }
}

TEST_CASE("the figures of a small corpus") {
  const std::vector<Pair> pairs{{.source = "Va !", .target = "Go."},
                                {.source = "Va l\xC3\xA0 !", .target = "Go there."}};
  const nlohmann::json figures = weft::parse_json(vocabulary_figures(pairs));
  const nlohmann::json expected{
      {"pairs", 2},
      {"sha256_english_normalised_joined_by_newline", sha256("<start> go . <end>\n<start> go there . <end>")},
      {"sha256_french_normalised_joined_by_newline", sha256("<start> va ! <end>\n<start> va la ! <end>")},
      {"english",
       {{"vocabulary_size_with_padding", 6},
        {"max_length", 5},
        {"first_40_words_by_index", {"<start>", "go", ".", "<end>", "there"}},
        {"sha256_words_by_index_joined_by_newline", sha256("<start>\ngo\n.\n<end>\nthere")},
        {"ids_of_pair_1000", nullptr},
        {"ids_of_last_pair", {1, 2, 5, 3, 4}}}},
      {"french",
       {{"vocabulary_size_with_padding", 6},
        {"max_length", 5},
        {"first_40_words_by_index", {"<start>", "va", "!", "<end>", "la"}},
        {"sha256_words_by_index_joined_by_newline", sha256("<start>\nva\n!\n<end>\nla")},
        {"ids_of_pair_1000", nullptr},
        {"ids_of_last_pair", {1, 2, 5, 3, 4}}}}};
  CHECK(figures.dump(1) == expected.dump(1));
}

TEST_CASE("pair 1000 is counted from 0") {
  std::vector<Pair> pairs(1000, {.source = "a", .target = "a"});
  CHECK(weft::parse_json(vocabulary_figures(pairs))["french"]["ids_of_pair_1000"].is_null());
  pairs.push_back({.source = "b", .target = "c"});
  CHECK(weft::parse_json(vocabulary_figures(pairs))["french"]["ids_of_pair_1000"] == nlohmann::json{1, 4, 2});
}

TEST_CASE("the figures of no pairs are refused") {
  CHECK(contains(message_of([] { vocabulary_figures({}); }), "without pairs"));
}

TEST_CASE("the figures have the keys of the golden ones, in their order") {
  std::vector<Pair> pairs(1001, {.source = "Va !", .target = "Go."});
  const nlohmann::json figures = weft::parse_json(vocabulary_figures(pairs));
  const nlohmann::json expected = golden()["50000"];
  const auto keys = [](const nlohmann::json& object) {
    std::vector<std::string> result;
    for (const auto& [key, value] : object.items()) result.push_back(key);
    return result;
  };
  CHECK(keys(figures) == keys(expected));
  CHECK(keys(figures["english"]) == keys(expected["english"]));
  CHECK(keys(figures["french"]) == keys(expected["french"]));
}

TEST_CASE("the golden figures of a whole corpus") {
  const char* path = std::getenv("WEFT_FRA_TXT");
  if (path == nullptr) {
    MESSAGE("skipped: set WEFT_FRA_TXT to the fra.txt of 2019-04-07 (167,130 pairs) to run this test");
    return;
  }
  CHECK(weft::parse_json(vocabulary_figures(read_corpus(path).pairs)).dump(1) == golden()["all"].dump(1));
  CHECK(weft::parse_json(vocabulary_figures(read_corpus(path, 50'000).pairs)).dump(1) == golden()["50000"].dump(1));
}

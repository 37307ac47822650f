#include "models/nmt/text/normalise.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "graph/base/json_parse.h"
#include "models/nmt/text/utf8.h"
#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;
using Words = std::vector<std::string>;

namespace {

std::string tutorial(std::string_view sentence) { return normalise(sentence, Normaliser::tutorial); }

}  // namespace

TEST_CASE("the tutorial's normaliser gives the golden bytes") {
  const auto golden = weft::parse_json(weft::read_file(WEFT_TEST_DIR "/golden/text/normalise.json"));
  REQUIRE(golden["cases"].size() > 100);
  for (const auto& pair : golden["cases"]) {
    const std::string sentence = pair[0];
    INFO(sentence);
    CHECK(tutorial(sentence) == pair[1].get<std::string>());
  }
}

TEST_CASE("lower case does not depend on the locale or leave marks behind") {
  CHECK(tutorial("I\xC4\xB0i") == "<start> iii <end>");  // U+0130: i and a mark
  CHECK(tutorial("\xE2\x84\xAA"
                 "elvin") == "<start> kelvin <end>");    // U+212A, the Kelvin sign, is a k
  CHECK(tutorial("a\xC4\xB1z") == "<start> a z <end>");  // U+0131, dotless, is no ASCII letter
  CHECK(tutorial("\xE1\xBA\xAA") == "<start> a <end>");  // U+1EAA: two marks
}

TEST_CASE("marks are dropped without a space, everything else becomes one") {
  CHECK(tutorial("e\xCC\x81\xCC\x82t") == "<start> et <end>");  // U+0301 U+0302, both Mn
  CHECK(tutorial("a\xE0\xA4\xBE"
                 "b") == "<start> a b <end>");  // U+093E, a spacing mark (Mc)
  CHECK(tutorial(std::string_view("a\0b\x7F", 4)) == "<start> a b <end>");
  CHECK(tutorial("a.\xCC\x81"
                 "b") == "<start> a . b <end>");
}

TEST_CASE("a word that looks like a special one is not") {
  CHECK(tutorial("<start> x </END>") == "<start> start x end <end>");
}

TEST_CASE("words of a sentence") {
  CHECK(tokens("Va !", Normaliser::tutorial) == Words{"<start>", "va", "!", "<end>"});
  CHECK(tokens("42", Normaliser::tutorial) == Words{"<start>", "<end>"});
}

TEST_CASE("what is not UTF-8 is refused with its place") {
  CHECK(contains(message_of([] { tutorial("caf\xE9!"); }), "byte 4 (0xe9)"));
  CHECK(contains(message_of([] { tutorial("ab\xC3"); }), "byte 3"));            // cut off
  CHECK(contains(message_of([] { tutorial("\xC0\xAF"); }), "byte 1"));          // overlong
  CHECK(contains(message_of([] { tutorial("x\xED\xA0\x80"); }), "byte 2"));     // a surrogate
  CHECK(contains(message_of([] { tutorial("\xF4\x90\x80\x80"); }), "byte 1"));  // above U+10FFFF
  CHECK(find_invalid_utf8("caf\xC3\xA9") == std::nullopt);
  CHECK(find_invalid_utf8("caf\xE9") == 3);
}

TEST_CASE("normalisers have names") {
  CHECK(normaliser_name(Normaliser::tutorial) == "tutorial");
  CHECK(find_normaliser("tutorial") == Normaliser::tutorial);
  const std::string message = message_of([] { find_normaliser("Tutorial"); });
  CHECK(contains(message, "'Tutorial'"));
  CHECK(contains(message, "choose one of: tutorial, reversible"));
}

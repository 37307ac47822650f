#include "tools/common/help_text.h"

#include <doctest/doctest.h>

using namespace weft::tool;

namespace {

const std::string ninety = "123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789";

}  // namespace

TEST_CASE("a line that fits stays as it is, one that does not is broken at a blank") {
  const std::string eighty = "123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789a";
  CHECK(wrapped("", 4) == "");
  CHECK(columns_of(eighty) == 80);
  CHECK(wrapped(eighty, 4) == eighty);
  CHECK(wrapped(ninety, 4) == ninety.substr(0, 79) + "\n    123456789");
  CHECK(wrapped("      " + ninety, 6) == "      " + ninety.substr(0, 69) + "\n      123456789 123456789");
}

TEST_CASE("columns are characters, not bytes") {
  std::string accents;
  for (int i = 0; i < 80; ++i) accents += "é";
  CHECK(columns_of(accents) == 80);
  CHECK(wrapped(accents, 0) == accents);
  CHECK(wrapped(accents + " é", 0) == accents + "\né");
}

TEST_CASE("a list without blanks is broken after a bar or comma, a word with neither stays whole") {
  const std::string word(50, 'x'), endless(90, 'y');
  CHECK(wrapped("  --kind " + word + "|" + word, 6) == "  --kind\n      " + word + "|\n      " + word);
  CHECK(wrapped(word + "," + word, 2) == word + ",\n  " + word);
  CHECK(wrapped(endless, 2) == endless);
  CHECK(wrapped(endless + " z", 2) == endless + "\n  z");
}

TEST_CASE("paragraphs are filled anew, examples are kept, and what they do goes below one that is too long") {
  CHECK(filled("One\ntwo.\n\nThree:\n  do it     that is it\n") == "One two.\n\nThree:\n  do it     that is it\n");
  CHECK(filled(ninety + "\nend") == ninety.substr(0, 79) + "\n123456789 end");
  CHECK(filled("  weft " + ninety.substr(0, 60) + "     what it does, in words") ==
        "  weft " + ninety.substr(0, 59) + "\n      what it does, in words");
  CHECK(filled("  weft " + ninety.substr(0, 60) + "--check '! run --long --longer' --out x     so") ==
        "  weft " + ninety.substr(0, 60) + "\\\n      --check '! run --long --longer' --out x\n      so");
}

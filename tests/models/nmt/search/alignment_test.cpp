#include "models/nmt/search/alignment.h"

#include <doctest/doctest.h>

#include "graph/base/error.h"

using namespace weft;
using namespace weft::nmt;

namespace {

/// "le chat <word>" and its translation, whose words draw from the second, the first and the third source word; <start>
/// and <end> of the source get the most, and do not count.
Translation example() {
  Translation translation;
  translation.ids = {5, 6, 7};
  translation.source_words = {"<start>", "le", "chat", "zorglub", "<end>"};
  translation.target_words = {"cat", "the", "<unk>", "<end>"};
  translation.attention_weights = {0.3F, 0.1F, 0.2F, 0.1F, 0.3F,   //
                                   0.3F, 0.2F, 0.1F, 0.1F, 0.3F,   //
                                   0.3F, 0.1F, 0.1F, 0.2F, 0.3F,   //
                                   0.1F, 0.1F, 0.1F, 0.1F, 0.6F};  // <end>
  return translation;
}

}  // namespace

TEST_CASE("alignments in the Pharaoh format") {
  CHECK(pharaoh(example()) == "1-0 0-1 2-2");
  CHECK(pharaoh({}).empty());
  Translation translation = example();
  translation.target_words[0] = "<pad>";  // its text does not show it
  CHECK(pharaoh(translation) == "0-0 2-1");
}

TEST_CASE("unknown words become the source words that they draw from") {
  CHECK(with_unknown_replaced(example()) == std::vector<std::string>{"cat", "the", "zorglub"});
  CHECK(with_unknown_replaced({}).empty());
}

TEST_CASE("without attention there is no alignment, and nothing to replace unknown words by") {
  Translation translation = example();
  translation.attention_weights.clear();
  CHECK_THROWS_WITH_AS(pharaoh(translation), doctest::Contains("does not attend"), Error);
  CHECK_THROWS_WITH_AS(with_unknown_replaced(translation), doctest::Contains("does not attend"), Error);
  translation.target_words[2] = "dog";
  CHECK(with_unknown_replaced(translation) == std::vector<std::string>{"cat", "the", "dog"});
}

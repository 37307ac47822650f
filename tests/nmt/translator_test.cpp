#include "models/nmt/translator.h"

#include <doctest/doctest.h>

#include <numeric>

#include "backends/onednn/threads.h"
#include "models/nmt/trainer.h"
#include "models/nmt/word_counts.h"
#include "tests/nmt/tiny_model.h"

using namespace weft;
using namespace weft::nmt;

namespace {

/// A vocabulary of the words "a", "b", ... with the ids that tiny_examples uses.
Vocabulary letters(std::size_t size) {
  WordCounts counts;
  const std::size_t words = size - 4;  // beside padding, <start>, <end>, <unk>
  counts.add("<start> <end>");         // so that no letter is as frequent
  for (std::size_t repeat = words; repeat > 0; --repeat) {
    std::string sentence = "<start>";
    for (std::size_t word = 0; word < repeat; ++word) sentence += fmt::format(" {}", static_cast<char>('a' + word));
    counts.add(sentence + " <end>");
  }
  return Vocabulary(counts);
}

/// A model trained enough to translate differently what differs.
struct Fixture {
  Fixture() : source(letters(23)), target(letters(19)), variables(std::make_shared<Variables>(7)) {
    const std::vector<Example> examples = tiny_examples(200);
    Trainer trainer(config, examples, variables);
    for (int epoch = 0; epoch < 6; ++epoch) trainer.run_epoch({});
  }

  std::vector<Translation> translate(const std::vector<std::string>& sentences, std::int64_t batch,
                                     std::int64_t max_length = 0) {
    return Translator(config, source, target, variables, {.batch = batch, .max_length = max_length})
        .translate(sentences);
  }

  Config config = tiny_config();
  Vocabulary source;
  Vocabulary target;
  std::shared_ptr<Variables> variables;
};

std::vector<std::string> sentences() {
  std::vector<std::string> sentences;
  for (const Example& example : tiny_examples(70, 11)) {
    std::string sentence;
    for (const std::int32_t id : example.source)
      if (id > 2) sentence += fmt::format("{} ", static_cast<char>('a' + id - 3));
    sentences.push_back(sentence);
  }
  return sentences;
}

bool same(const Translation& a, const Translation& b) {
  return a.ids == b.ids && a.text == b.text && a.attention_weights == b.attention_weights;
}

}  // namespace

TEST_CASE("a translation does not depend on its batch mates, the batch size, or the threads") {
  Fixture fixture;
  REQUIRE(fixture.source.id("a") == 3);
  const std::vector<std::string> all = sentences();
  const std::vector<Translation> together = fixture.translate(all, 64);
  const std::vector<Translation> alone = fixture.translate(all, 1);
  const std::vector<Translation> sevens = fixture.translate(all, 7);
  const int before = onednn::thread_count();
  onednn::set_thread_count(1);
  const std::vector<Translation> one_thread = fixture.translate(all, 64);
  onednn::set_thread_count(before);
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(all[i]);
    CHECK(same(together[i], alone[i]));
    CHECK(same(together[i], sevens[i]));
    CHECK(same(together[i], one_thread[i]));
    distinct += together[i].text != together[0].text ? 1 : 0;
  }
  CHECK(distinct > all.size() / 2);  // the model says something
}

TEST_CASE("attention weights have a row for each word and <end>, and sum to 1") {
  Fixture fixture;
  for (const Translation& translation : fixture.translate(sentences(), 16)) {
    const std::size_t columns = translation.source_words.size();
    REQUIRE(translation.attention_weights.size() == columns * translation.target_words.size());
    const std::size_t rows = translation.target_words.size();
    CHECK(rows >= translation.ids.size());
    for (std::size_t row = 0; row < rows; ++row) {
      const auto first = translation.attention_weights.begin() + static_cast<std::ptrdiff_t>(row * columns);
      CHECK(std::accumulate(first, first + static_cast<std::ptrdiff_t>(columns), 0.0) == doctest::Approx(1.0));
    }
  }
}

TEST_CASE("sentences without words, unknown words, and the longest translation") {
  Fixture fixture;
  const std::vector<Translation> translations = fixture.translate({"", "a zzz b", " ... "}, 4, 2);
  CHECK(translations[0].text.empty());
  CHECK(translations[0].source_words.empty());
  CHECK(translations[1].unknown_words == 1);
  CHECK(translations[1].ids.size() <= 2);
  CHECK(translations[2].unknown_words == 3);
}

#include "models/nmt/translator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "backends/onednn/threads.h"
#include "graph/error.h"
#include "models/nmt/trainer.h"
#include "tests/nmt/tiny_model.h"

using namespace weft;
using namespace weft::nmt;

namespace {

/// A model trained enough to translate differently what differs.
struct Fixture {
  Fixture() : source(letters(23)), target(letters(19)), variables(std::make_shared<Variables>(7)) {
    const std::vector<Example> examples = tiny_examples(200);
    Trainer trainer(config, examples, variables);
    for (int epoch = 0; epoch < 6; ++epoch) trainer.run_epoch({});
  }

  std::vector<Translation> translate(const std::vector<std::string>& sentences, std::int64_t batch,
                                     std::int64_t max_length = 0, Precision precision = Precision::f32) {
    return Translator(config, source, target, variables,
                      {.batch = batch, .max_length = max_length, .precision = precision})
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

constexpr Precision all_precisions[] = {Precision::f32, Precision::bf16, Precision::int8};

// Among 70 sentences of six lengths are some that are done early, whose rows others take or that are moved when the
// batch shrinks; with batches of 7 and 64 in different places.
TEST_CASE("a translation does not depend on its batch mates, the batch size, or the threads") {
  Fixture fixture;
  REQUIRE(fixture.source.id("a") == 3);
  const std::vector<std::string> all = sentences();
  for (const Precision precision : all_precisions) {
    CAPTURE(to_string(precision));
    const std::vector<Translation> together = fixture.translate(all, 64, 0, precision);
    const std::vector<Translation> alone = fixture.translate(all, 1, 0, precision);
    const std::vector<Translation> threes = fixture.translate(all, 3, 0, precision);
    const std::vector<Translation> sevens = fixture.translate(all, 7, 0, precision);
    const int before = onednn::thread_count();
    onednn::set_thread_count(1);
    const std::vector<Translation> one_thread = fixture.translate(all, 64, 0, precision);
    onednn::set_thread_count(before);
    std::set<std::string> texts;
    std::set<std::size_t> steps;
    for (std::size_t i = 0; i < all.size(); ++i) {
      CAPTURE(all[i]);
      CHECK(same(together[i], alone[i]));
      CHECK(same(together[i], threes[i]));
      CHECK(same(together[i], sevens[i]));
      CHECK(same(together[i], one_thread[i]));
      texts.insert(together[i].text);
      if (together[i].source_words.size() == 8) steps.insert(together[i].ids.size());
    }
    CHECK(texts.size() > all.size() / 2);  // the model says something
    CHECK(steps.size() > 1);               // rows of one length leave at different steps
  }
}

TEST_CASE("a translation does not depend on the batch at the model's own sizes of vectors, nor on long sums") {
  Config config = tiny_config();
  config.model.units = 256;
  config.model.embedding = 64;
  Fixture fixture;
  const auto variables = std::make_shared<Variables>(3);
  std::string long_sentence;
  for (int word = 0; word < 600; ++word) long_sentence += fmt::format("{} ", static_cast<char>('a' + word * word % 19));
  const std::vector<std::string> all{long_sentence + "a", "a b", long_sentence + "b", "b a", "c", "e d"};
  for (const Precision precision : all_precisions) {
    CAPTURE(to_string(precision));
    const auto translate = [&](std::int64_t batch) {
      return Translator(config, fixture.source, fixture.target, variables,
                        {.batch = batch, .max_length = 4, .precision = precision})
          .translate(all);
    };
    const std::vector<Translation> together = translate(64);
    const std::vector<Translation> alone = translate(1);
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(same(together[i], alone[i]));
  }
}

TEST_CASE("narrow weights change the attention a little, and few translations") {
  Fixture fixture;
  const std::vector<std::string> all = sentences();
  const std::vector<Translation> exact = fixture.translate(all, 16);
  for (const Precision precision : {Precision::bf16, Precision::int8}) {
    CAPTURE(to_string(precision));
    const std::vector<Translation> narrow = fixture.translate(all, 16, 0, precision);
    std::size_t equal = 0;
    bool same_bits = true;
    for (std::size_t i = 0; i < all.size(); ++i) {
      equal += narrow[i].ids == exact[i].ids ? 1U : 0U;
      same_bits = same_bits && narrow[i].attention_weights == exact[i].attention_weights;
    }
    CHECK(equal >= all.size() * 3 / 4);
    CHECK_FALSE(same_bits);
  }
  CHECK(parse_precision("bf16") == Precision::bf16);
  CHECK_THROWS_WITH_AS(parse_precision("int4"), "unknown precision 'int4': one of f32, bf16, int8 is needed", Error);
}

TEST_CASE("progress counts every sentence, also those that have no word") {
  Fixture fixture;
  std::vector<std::string> all = sentences();
  all.push_back("");
  std::vector<std::size_t> told;
  Translator translator(fixture.config, fixture.source, fixture.target, fixture.variables, {.batch = 8});
  translator.profile_runs(true);
  translator.translate(all, [&](std::size_t done) { told.push_back(done); });
  CHECK(std::ranges::is_sorted(told));
  CHECK(told.back() == all.size());
  CHECK_FALSE(translator.profile().sorted().empty());
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

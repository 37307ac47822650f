#include "models/nmt/search/translator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "backends/onednn/threads.h"
#include "graph/base/error.h"
#include "tests/models/nmt/network/tiny_training.h"

using namespace weft;
using namespace weft::nmt;

namespace {

/// A model trained enough to translate differently what differs.
struct Fixture {
  Fixture() : source(letters(23)), target(letters(19)), variables(std::make_shared<Variables>(7)) {
    const std::vector<Example> examples = tiny_examples(200);
    TinyTraining trainer(config, examples, variables);
    for (int epoch = 0; epoch < 6; ++epoch) trainer.run_epoch({});
  }

  std::vector<Translation> translate(const std::vector<std::string>& sentences, std::int64_t batch,
                                     std::int64_t max_length = 0,
                                     TranslationPrecision precision = TranslationPrecision::f32) {
    return Translator(config, source, target, variables,
                      {.batch = batch, .max_length = max_length, .precision = precision})
        .translate(sentences);
  }

  /// The same with any options.
  std::vector<std::vector<Translation>> n_best(const std::vector<std::string>& sentences,
                                               const TranslatorOptions& options) {
    return Translator(config, source, target, variables, options).translate_n_best(sentences);
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
  return a.ids == b.ids && a.text == b.text && a.attention_weights == b.attention_weights &&
         a.log_probabilities == b.log_probabilities && a.score == b.score;
}

bool all_same(const std::vector<std::vector<Translation>>& a, const std::vector<std::vector<Translation>>& b) {
  return std::ranges::equal(a, b,
                            [](const auto& of_a, const auto& of_b) { return std::ranges::equal(of_a, of_b, same); });
}

}  // namespace

constexpr TranslationPrecision all_precisions[] = {TranslationPrecision::f32, TranslationPrecision::bf16,
                                                   TranslationPrecision::int8};

// Among 70 sentences of six lengths are some that are done early, whose rows others take or that are moved when the
// batch shrinks; with batches of 7 and 64 in different places.
TEST_CASE("a translation does not depend on its batch mates, the batch size, or the threads" *
          doctest::test_suite("slow")) {
  Fixture fixture;
  REQUIRE(fixture.source.id("a") == 3);
  const std::vector<std::string> all = sentences();
  for (const TranslationPrecision precision : all_precisions) {
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

TEST_CASE("a translation does not depend on the batch at the model's own sizes of vectors, nor on long sums" *
          doctest::test_suite("slow")) {
  Config config = tiny_config();
  config.model.units = 256;
  config.model.embedding = 64;
  Fixture fixture;
  const auto variables = std::make_shared<Variables>(3);
  std::string long_sentence;
  for (int word = 0; word < 600; ++word) long_sentence += fmt::format("{} ", static_cast<char>('a' + word * word % 19));
  const std::vector<std::string> all{long_sentence + "a", "a b", long_sentence + "b", "b a", "c", "e d"};
  for (const TranslationPrecision precision : all_precisions) {
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
  for (const TranslationPrecision precision : {TranslationPrecision::bf16, TranslationPrecision::int8}) {
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
  CHECK(parse_translation_precision("bf16") == TranslationPrecision::bf16);
  CHECK_THROWS_WITH_AS(parse_translation_precision("int4"),
                       "unknown precision 'int4': one of f32, bf16, int8 is needed", Error);
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
  CHECK(translations[1].unknown_words == std::vector<std::string>{"zzz"});
  CHECK(translations[1].ids.size() <= 2);
  CHECK(translations[2].unknown_words == std::vector<std::string>{".", ".", "."});
}

TEST_CASE("a beam of 1 is greedy search to the bit, and its scores are those of forced decoding") {
  Fixture fixture;
  const std::vector<std::string> all = sentences();
  for (const TranslationPrecision precision : all_precisions) {
    for (const std::int64_t max_length : {0, 2}) {
      CAPTURE(to_string(precision));
      CAPTURE(max_length);
      TranslatorOptions options{.batch = 16, .max_length = max_length, .precision = precision};
      Translator plain(fixture.config, fixture.source, fixture.target, fixture.variables, options);
      const std::vector<Translation> greedy = plain.translate(all);
      options.probabilities = true;
      const std::vector<std::vector<Translation>> beam = fixture.n_best(all, options);
      std::vector<std::string> texts;
      for (const Translation& translation : greedy) texts.push_back(translation.text);
      const std::vector<Translation> forced = plain.score(all, texts);
      for (std::size_t i = 0; i < all.size(); ++i) {
        REQUIRE(beam[i].size() == 1);
        const Translation& found = beam[i].front();
        CHECK(found.ids == greedy[i].ids);
        CHECK(found.target_words == greedy[i].target_words);
        CHECK(found.attention_weights == greedy[i].attention_weights);
        REQUIRE(found.log_probabilities.size() == found.target_words.size());
        // A translation that was cut is scored with <end>, which it has not reached.
        REQUIRE(forced[i].log_probabilities.size() == found.ids.size() + 1);
        CHECK(std::ranges::equal(found.log_probabilities,
                                 std::span(forced[i].log_probabilities).first(found.log_probabilities.size())));
        if (found.target_words.size() > found.ids.size()) CHECK(found.log_probability == forced[i].log_probability);
      }
    }
  }
}

TEST_CASE("beams and samples do not depend on batch mates, the batch size, or the threads" *
          doctest::test_suite("slow")) {
  Fixture fixture;
  const std::vector<std::string> all = sentences();
  for (const TranslationPrecision precision : all_precisions) {
    for (const bool sampled : {false, true}) {
      CAPTURE(to_string(precision));
      CAPTURE(sampled);
      const auto translate = [&](std::int64_t batch) {
        TranslatorOptions options{.batch = batch, .precision = precision};
        options.beam = {.width = 5, .n_best = 3, .score = {0.7, 0.1}};
        if (sampled) options.sampling = SamplingOptions{.seed = 3};
        return fixture.n_best(all, options);
      };
      const auto together = translate(64);
      CHECK(all_same(together, translate(1)));
      CHECK(all_same(together, translate(3)));
      CHECK(all_same(together, translate(7)));
      const int before = onednn::thread_count();
      onednn::set_thread_count(1);
      CHECK(all_same(together, translate(64)));
      onednn::set_thread_count(before);
      std::size_t translations = 0;
      for (const auto& of_sentence : together) translations += of_sentence.size();
      CHECK(translations == 3 * all.size());
    }
  }
}

TEST_CASE("a sample depends on the number of its sentence, not on where its request begins") {
  Fixture fixture;
  const std::vector<std::string> all = sentences();
  TranslatorOptions options;
  options.sampling = SamplingOptions{.temperature = 2, .seed = 3};
  Translator translator(fixture.config, fixture.source, fixture.target, fixture.variables, options);
  const auto whole = translator.translate_n_best(all, 1);
  const auto rest = translator.translate_n_best(std::span(all).subspan(40), 41);
  CHECK(all_same({whole.begin() + 40, whole.end()}, rest));
  CHECK_FALSE(all_same({whole.begin() + 40, whole.end()}, translator.translate_n_best(std::span(all).subspan(40), 1)));
}

TEST_CASE("wider beams find translations that are at least as probable, most of the time") {
  Fixture fixture;
  const std::vector<std::string> all = sentences();
  double before = -1e9;
  for (const std::int64_t width : {1, 4, 16}) {
    TranslatorOptions options{.probabilities = true};
    options.beam.width = width;
    double sum = 0;
    for (const auto& found : fixture.n_best(all, options)) sum += found.front().log_probability;
    CHECK(sum >= before);
    before = sum;
  }
}

TEST_CASE("an ensemble of a model with itself translates as the model; with another one, otherwise") {
  Fixture fixture;
  const std::vector<std::string> all = sentences();
  TranslatorOptions options{.probabilities = true};
  options.beam = {.width = 3, .n_best = 1, .score = {}};
  const auto other = std::make_shared<Variables>(8);
  const auto translate = [&](const std::vector<std::shared_ptr<Variables>>& variables) {
    std::vector<Member> members;
    for (const auto& each : variables) members.push_back({fixture.config.model, each});
    return Translator(members, fixture.source, fixture.target, options).translate(all);
  };
  const std::vector<Translation> one = translate({fixture.variables});
  const std::vector<Translation> twice = translate({fixture.variables, fixture.variables});
  const std::vector<Translation> mixed = translate({fixture.variables, other});
  const std::vector<Translation> turned = translate({other, fixture.variables});
  std::size_t changed = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(twice[i].ids == one[i].ids);
    CHECK(twice[i].log_probability == doctest::Approx(one[i].log_probability).epsilon(1e-5));
    CHECK(mixed[i].ids == turned[i].ids);
    CHECK(mixed[i].log_probability < one[i].log_probability);
    changed += mixed[i].log_probability == one[i].log_probability ? 0U : 1U;
  }
  CHECK(changed == all.size());
}

TEST_CASE("the longest translation relative to the source") {
  Fixture fixture;
  TranslatorOptions options;
  options.max_length_ratio = 0.5;
  for (const auto& of_sentence : fixture.n_best({"a", "a b c", "a b c d e f"}, options)) {
    const std::size_t words = of_sentence.front().source_words.size() - 2;
    CHECK(of_sentence.front().ids.size() <= (words + 1) / 2);
  }
  options.max_length = 1;
  CHECK(fixture.n_best({"a b c d e f"}, options).front().front().ids.size() <= 1);
}

TEST_CASE("what no translator can be" * doctest::test_suite("slow")) {
  Fixture fixture;
  const auto make = [&](const TranslatorOptions& options) { fixture.n_best({"a"}, options); };
  CHECK_THROWS_WITH_AS(make({.batch = 0}), doctest::Contains("a batch of 0"), Error);
  TranslatorOptions options;
  options.beam = {.width = 2, .n_best = 3, .score = {}};
  CHECK_THROWS_WITH_AS(make(options), "a beam of 2 cannot give 3 translations", Error);
  CHECK_THROWS_WITH_AS(Translator({}, fixture.source, fixture.target), "there is no model to translate with", Error);
  const auto broken = std::make_shared<Variables>(7);
  fixture.variables = broken;
  fixture.translate({"a"}, 1);  // so that the variables are there
  for (const std::string& name : broken->names())
    broken->set(name, Tensor::full(broken->get(name).type(), std::numeric_limits<double>::quiet_NaN()));
  options.beam.n_best = 1;
  CHECK_THROWS_WITH_AS(make(options), doctest::Contains("NaN"), Error);
}

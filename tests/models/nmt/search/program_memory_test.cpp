// Memory for compiled programs has a bound, and the bound changes no bit of what is computed.

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "models/nmt/search/compiled_shapes.h"
#include "models/nmt/search/translator.h"
#include "models/training/mean_loss.h"
#include "tests/models/nmt/network/tiny_training.h"

using namespace weft;
using namespace weft::nmt;

namespace {

/// Of so many words each.
std::vector<std::string> sentences_of(const std::vector<std::size_t>& lengths) {
  Random random(5);
  std::vector<std::string> sentences;
  for (const std::size_t length : lengths) {
    std::string sentence;
    for (std::size_t word = 0; word < length; ++word)
      sentence += std::string(word == 0 ? "" : " ") + static_cast<char>('a' + random.below(19));
    sentences.push_back(sentence);
  }
  return sentences;
}

bool same_translation(const Translation& a, const Translation& b) {
  return a.ids == b.ids && a.attention_weights == b.attention_weights && a.log_probabilities == b.log_probabilities &&
         a.score == b.score;
}

void check_same(const std::vector<std::vector<Translation>>& a, const std::vector<std::vector<Translation>>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CAPTURE(i);
    REQUIRE(a[i].size() == b[i].size());
    for (std::size_t rank = 0; rank < a[i].size(); ++rank) CHECK(same_translation(a[i][rank], b[i][rank]));
  }
}

struct Letters {
  Vocabulary source = letters(23);
  Vocabulary target = letters(19);
};

const Letters& words() {
  static const Letters words;
  return words;
}

Translator translator(const ModelConfig& model, const std::shared_ptr<Variables>& variables,
                      const TranslatorOptions& options) {
  return Translator(std::vector{Member{model, variables}}, words().source, words().target, options);
}

/// The kinds of search, each with probabilities where it has them.
std::vector<TranslatorOptions> searches() {
  TranslatorOptions greedy{.batch = 4, .max_length = 5};
  TranslatorOptions beam = greedy;
  beam.beam = {.width = 3, .n_best = 3, .score = {.length_penalty = 1}};
  TranslatorOptions sample = greedy;
  sample.beam.n_best = 2;
  sample.sampling = SamplingOptions{.seed = 3};
  return {greedy, beam, sample};
}

/// Of each attention, and of each cell, direction and number of layers in some.
std::vector<ModelConfig> models_of_all_kinds() {
  std::vector<ModelConfig> models(7, tiny_config().model);
  models[1].attention = AttentionKind::dot;
  models[1].cell = CellKind::lstm;
  models[2].attention = AttentionKind::general;
  models[2].bidirectional = true;
  models[2].layers = 2;
  models[3].attention = AttentionKind::location;
  models[3].attention_positions = 40;
  models[4].attention = AttentionKind::hard;
  models[5].attention = AttentionKind::none;
  models[5].bidirectional = true;
  models[5].cell = CellKind::lstm;
  models[6].self_attention = true;
  models[6].bidirectional = true;
  models[6].cell = CellKind::lstm;
  return models;
}

constexpr TranslationPrecision each_precision[] = {TranslationPrecision::f32, TranslationPrecision::int8,
                                                   TranslationPrecision::bf16};

/// A step's outputs, after the sources were encoded.
TensorMap outputs_of_step(CompiledShapes& shapes, std::span<const std::span<const std::int32_t>> sources,
                          std::int64_t length) {
  const auto rows = std::ssize(sources);
  const auto encoder = shapes.encoder(rows, length);
  feed_sources(*encoder, sources);
  encoder->run();
  const auto step = shapes.step(rows, length);
  step->set("token", Tensor::full({DType::i32, {rows}}, 4));
  Tensor lengths({DType::i32, {rows}});
  for (std::int64_t row = 0; row < rows; ++row)
    lengths.set_number(row, static_cast<double>(sources[static_cast<std::size_t>(row)].size()));
  step->set("source_lengths", lengths);
  for (const Output& output : encoder->graph().outputs()) step->set(output.name, encoder->get(output.name));
  step->run();
  TensorMap found;
  for (const Output& output : step->graph().outputs()) found.emplace(output.name, step->get(output.name));
  return found;
}

}  // namespace

TEST_CASE("the classes of lengths") {
  std::int64_t classes = 0;
  for (std::int64_t length = 1; length <= 1024; ++length) {
    const std::int64_t compiled = compiled_length(length);
    CHECK(compiled >= length);
    CHECK(compiled - length <= length / 8);
    if (length <= 32) CHECK(compiled == length);
    classes += compiled == length ? 1 : 0;
    CHECK(compiled_length(compiled) == compiled);
  }
  CHECK(classes == 72);
}

// Every other length of a class is filled up: what padding did would differ between a sentence that is translated alone
// in its class, and the graph of its own length, which tests of the graphs below compile.
TEST_CASE("a source filled up to its class of lengths gives the bits of its own length" * doctest::test_suite("slow")) {
  for (ModelConfig model : models_of_all_kinds()) {
    CAPTURE(describe_system(model));
    for (const std::int64_t units : {21, 128}) {
      CAPTURE(units);
      model.units = units;
      const auto variables = std::make_shared<Variables>(3);
      for (const TranslationPrecision precision : each_precision) {
        CAPTURE(to_string(precision));
        CompiledShapes shapes(model, variables, precision, std::make_shared<ProgramCache>());
        const auto cache = std::make_shared<ProgramCache>();
        std::vector<std::int32_t> source(37, 5);
        for (std::size_t i = 0; i < source.size(); ++i) source[i] = 3 + static_cast<std::int32_t>(i * i % 19);
        const std::vector<std::span<const std::int32_t>> sources{source};
        std::optional<TensorMap> expected;
        for (const std::int64_t length : {37, 40, 48}) {
          const TensorMap found = outputs_of_step(shapes, sources, length);
          if (!expected) {
            expected = found;
            continue;
          }
          for (const auto& entry : *expected) {
            const auto& [name, tensor] = entry;
            CAPTURE(entry.first);
            const auto bytes = tensor.bytes();  // attention weights of padding stand behind those of the sentence
            CHECK(std::ranges::equal(bytes, found.at(name).bytes().first(bytes.size())));
          }
        }
      }
    }
  }
}

TEST_CASE("a row of a batch has the bits that it has alone, with every kind of model" * doctest::test_suite("slow")) {
  const std::vector<std::int32_t> sources[] = {{3, 7, 5, 9, 4}, {8, 3, 3, 6, 10}, {11, 4, 12, 5, 3}};
  const std::vector<std::span<const std::int32_t>> all(std::begin(sources), std::end(sources));
  for (ModelConfig model : models_of_all_kinds()) {
    CAPTURE(describe_system(model));
    model.units = 128;
    const auto variables = std::make_shared<Variables>(3);
    for (const TranslationPrecision precision : each_precision) {
      CAPTURE(to_string(precision));
      CompiledShapes shapes(model, variables, precision, std::make_shared<ProgramCache>());
      const TensorMap together = outputs_of_step(shapes, all, 5);
      for (std::size_t row = 0; row < all.size(); ++row)
        for (const auto& entry : outputs_of_step(shapes, {&all[row], 1}, 5)) {
          CAPTURE(entry.first);
          const std::span<const std::byte> bytes = entry.second.bytes();
          CHECK(std::ranges::equal(bytes, together.at(entry.first).bytes().subspan(row * bytes.size(), bytes.size())));
        }
    }
  }
}

TEST_CASE("translations of long sentences are those of their own, and their attention has no column of padding" *
          doctest::test_suite("slow")) {
  const auto variables = std::make_shared<Variables>(7);
  const ModelConfig model = tiny_config().model;
  std::vector<std::size_t> lengths;
  for (std::size_t length = 29; length < 50; ++length) lengths.push_back(length);
  const std::vector<std::string> all = sentences_of(lengths);
  for (const TranslatorOptions& options : searches()) {
    const auto together = translator(model, variables, options).translate_n_best(all);
    for (std::size_t i = 0; i < all.size(); ++i) {
      CAPTURE(i);
      TranslatorOptions one = options;
      one.batch = 1;
      const std::vector<std::string> sentence{all[i]};
      check_same({together[i]}, translator(model, variables, one).translate_n_best(sentence, i + 1));
      const Translation& best = together[i].front();
      CHECK(best.source_words.size() == lengths[i] + 2);
      CHECK(best.attention_weights.size() == best.target_words.size() * best.source_words.size());
    }
  }
}

TEST_CASE("hundreds of lengths stay within the budget, and evictions change no bit" * doctest::test_suite("slow")) {
  const auto variables = std::make_shared<Variables>(7);
  const ModelConfig model = tiny_config().model;
  std::vector<std::size_t> lengths;
  for (std::size_t length = 1; length < 300; length += 3) lengths.push_back(length);
  const std::vector<std::string> all = sentences_of(lengths);
  for (TranslatorOptions options : searches()) {
    options.max_length = 2;
    Translator unbounded = translator(model, variables, options);
    options.program_memory = std::size_t{1} << 20;
    Translator bounded = translator(model, variables, options);
    const auto expected = unbounded.translate_n_best(all);
    CHECK(unbounded.program_memory().evicted == 0);
    CHECK(unbounded.program_memory().bytes > options.program_memory);
    check_same(bounded.translate_n_best(all), expected);
    const ProgramMemory memory = bounded.program_memory();
    CHECK(memory.budget == options.program_memory);
    CHECK(memory.evicted > 0);
    CHECK((memory.bytes <= memory.budget || memory.programs == 1));
  }
}

// With room for one program, encoder and step throw each other out all the time, and a step's program is made anew at
// addresses of those that are gone.
TEST_CASE("a search goes on with programs that were thrown out") {
  const auto variables = std::make_shared<Variables>(7);
  const ModelConfig model = tiny_config().model;
  std::vector<std::size_t> lengths(30, 5);
  lengths.insert(lengths.end(), 11, 9);
  const std::vector<std::string> all = sentences_of(lengths);
  for (TranslatorOptions options : searches()) {
    options.max_length = 0;
    options.batch = 8;
    const auto expected = translator(model, variables, options).translate_n_best(all);
    options.program_memory = 1;
    Translator bounded = translator(model, variables, options);
    check_same(bounded.translate_n_best(all), expected);
    CHECK(bounded.program_memory().programs == 1);
    CHECK(bounded.program_memory().evicted > 4);
  }
}

TEST_CASE("the tutorial's variant, which attends to padding, gets the graph of each length") {
  const auto variables = std::make_shared<Variables>(7);
  ModelConfig model = tiny_config().model;
  model.variant = Variant::tutorial;
  CHECK_FALSE(ignores_padding(model));
  const std::vector<std::string> all = sentences_of({40, 41, 42});
  const auto cache = std::make_shared<ProgramCache>();
  const auto together =
      translator(model, variables, {.batch = 4, .max_length = 2, .programs = cache}).translate_n_best(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::vector<std::string> sentence{all[i]};
    check_same({together[i]}, translator(model, variables, {.batch = 1, .max_length = 2}).translate_n_best(sentence));
  }
}

TEST_CASE("training with room for one program gives the bits of training with room for all" *
          doctest::test_suite("slow")) {
  for (const std::int64_t accumulate : {1, 3}) {
    CAPTURE(accumulate);
    Config config = tiny_config();
    config.training.accumulate = accumulate;
    const std::vector<Example> examples = tiny_examples(120);
    const auto train = [&](std::shared_ptr<ProgramCache> programs) {
      const auto variables = std::make_shared<Variables>(7);
      TrainerOptions options = training_of(config, variables);
      options.programs = programs;
      TinyTraining trainer(config, examples, options);
      MeanLoss validator(validation_task(config, examples), variables, trainer.arena(), {}, programs);
      std::vector<double> losses;
      for (int epoch = 0; epoch < 2; ++epoch) {
        losses.push_back(trainer.run_epoch({})->loss);
        losses.push_back(validator.measure());
      }
      return std::pair(variables->snapshot(), losses);
    };
    const auto roomy = std::make_shared<ProgramCache>();
    const auto tight = std::make_shared<ProgramCache>(1);
    const auto [expected, expected_losses] = train(roomy);
    const auto [found, losses] = train(tight);
    CHECK(losses == expected_losses);
    CHECK(found == expected);
    CHECK(roomy->memory().evicted == 0);
    CHECK(tight->memory().evicted > 20);
  }
}

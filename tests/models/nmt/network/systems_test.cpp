// Every system of docs/translator.md: its gradients, its backends, its padding, its search and its training.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "backends/check/gradient_check.h"
#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "graph/base/error.h"
#include "models/nmt/network/attention.h"
#include "models/nmt/network/model.h"
#include "models/nmt/network/parameters.h"
#include "models/nmt/network/self_attention_weights.h"
#include "models/nmt/search/translator.h"
#include "tests/models/nmt/network/tiny_training.h"

using namespace weft;
using namespace weft::nmt;

namespace {

std::vector<ModelConfig> systems() {
  std::vector<ModelConfig> systems;
  const auto add = [&](const ModelConfig& changes) {
    systems.push_back(changes);
    systems.back().source_vocabulary = 23;
    systems.back().target_vocabulary = 19;
    systems.back().embedding = 5;
    systems.back().units = 6;
    systems.back().attention_positions = 6;  // fewer than the longest sentence has
  };
  for (const AttentionKind attention : {AttentionKind::additive, AttentionKind::dot, AttentionKind::general,
                                        AttentionKind::location, AttentionKind::hard, AttentionKind::none})
    add({.attention = attention});
  add({.cell = CellKind::lstm});
  add({.layers = 2});
  add({.tied_embeddings = true});
  add({.bidirectional = true});
  add({.attention = AttentionKind::none, .cell = CellKind::lstm, .layers = 2, .bidirectional = true});
  add({.attention = AttentionKind::general, .cell = CellKind::lstm, .layers = 3, .bidirectional = true});
  add({.cell = CellKind::lstm, .self_attention = true});
  add({.attention = AttentionKind::dot, .cell = CellKind::lstm, .layers = 2, .self_attention = true});
  add({.attention = AttentionKind::location, .cell = CellKind::lstm, .bidirectional = true, .self_attention = true});
  add({.attention = AttentionKind::hard, .layers = 2, .bidirectional = true});
  return systems;
}

Tensor ids(const Shape& shape, const std::vector<std::int32_t>& elements) {
  return Tensor::of<std::int32_t>(shape, elements);
}

/// Three sentences of 7, 4 and 2 tokens, with targets of 5, 3 and 4.
TensorMap three_sentences() {
  TensorMap inputs;
  inputs["source"] = ids({3, 7}, {1, 5, 9, 4, 22, 7, 2, 1, 11, 4, 2, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0});
  inputs["source_lengths"] = ids({3}, {7, 4, 2});
  inputs["target"] = ids({3, 5}, {1, 8, 3, 18, 2, 1, 5, 2, 0, 0, 1, 4, 4, 2, 0});
  return inputs;
}

double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  double largest = 0.0;
  for (std::int64_t i = 0; i < a.shape().volume(); ++i)
    largest = std::max(largest, std::abs(a.number(i) - b.number(i)));
  return largest;
}

/// The words that follow a source sentence one by one: each time, the most likely one after all those before it, by
/// the unrolled graph on the reference backend.
std::vector<std::int32_t> follow(const ModelConfig& config, const std::shared_ptr<Variables>& variables,
                                 const std::vector<std::int32_t>& source, std::size_t limit) {
  const auto length = std::ssize(source);
  std::vector<std::int32_t> words{1};
  while (words.size() <= limit && words.back() != 2) {
    std::vector<std::int32_t> target = words;
    target.push_back(0);
    Execution execution(compile(forward_graph(config, {1, length, std::ssize(target)}), reference_backend()),
                        {.variables = variables});
    const TensorMap results = execution.run({{"source", ids({1, length}, source)},
                                             {"source_lengths", ids({1}, {static_cast<std::int32_t>(length)})},
                                             {"target", ids({1, std::ssize(target)}, target)}});
    const Tensor& logits = results.at("logits");
    const std::int64_t first = (std::ssize(words) - 1) * config.target_vocabulary;
    std::int32_t best = 0;
    for (std::int32_t word = 1; word < config.target_vocabulary; ++word)
      if (logits.number(first + word) > logits.number(first + best)) best = word;
    words.push_back(best);
  }
  words.erase(words.begin());
  if (!words.empty() && words.back() == 2) words.pop_back();
  return words;
}

}  // namespace

TEST_CASE("the gradients of every system's loss are those of central differences") {
  for (ModelConfig config : systems()) {
    // Its choice has no gradient: hard_attention_test.cpp has its gradients.
    if (config.attention == AttentionKind::hard) continue;
    CAPTURE(describe_system(config));
    config.source_vocabulary = config.target_vocabulary = 4;
    config.embedding = 3;
    config.units = 4;
    config.attention_positions = 2;
    const Graph graph = loss_graph(config, {2, 4, 3}, LossNormalisation::token_mean);
    // Ids and lengths of 1 to 3: there is padding.
    for (const GradientCheck& check :
         check_gradients(graph, {.low = -1.0, .high = 1.0, .integer_high = 3, .most_elements = 6})) {
      CAPTURE(check.input);
      CAPTURE(check.worst_error);
      if (check.input.ends_with("/bv")) {
        CHECK(check.largest_gradient < 1e-9);  // it shifts all scores alike
      } else {
        CHECK(check.passed);
      }
    }
  }
}

TEST_CASE("scores by products are over the root of the units") {
  const std::vector<double> query{0.5, -1.0, 2.0, 0.25};
  const std::vector<double> values{1.0, 0.5, -0.5, 2.0, -1.0, 0.25, 1.5, 3.0, 0.75, -2.0, 0.5, 1.0};
  const std::vector<double> kernel{0.3, 1.0, -0.5, 0.2, 0.7, -0.1, 0.4, 0.9, 0.6, 0.8, -1.2, 0.5, 0.1, -0.6, -0.3, 1.1};
  for (const AttentionKind attention : {AttentionKind::dot, AttentionKind::general}) {
    const bool general = attention == AttentionKind::general;
    CAPTURE(general);
    // W h_t, the rows of W being the places of h_t, or h_t itself.
    const auto key = [&](std::size_t t, std::size_t unit) {
      if (!general) return values[4 * t + unit];
      double sum = 0.0;
      for (std::size_t i = 0; i < 4; ++i) sum += values[4 * t + i] * kernel[4 * i + unit];
      return sum;
    };
    std::vector<double> expected;
    for (std::size_t t = 0; t < 3; ++t) {
      double score = 0.0;
      for (std::size_t unit = 0; unit < 4; ++unit) score += query[unit] * key(t, unit);
      expected.push_back(std::exp(score / 2.0));
    }
    const double sum = std::accumulate(expected.begin(), expected.end(), 0.0);

    Graph graph;
    SourceMemory memory;
    memory.values = graph.constant(Tensor::of({1, 3, 4}, values));
    memory.lengths = graph.constant(Tensor::of<std::int32_t>({1}, {3}));
    AttentionWeights weights;
    weights.kernel = graph.constant(Tensor::of({4, 4}, kernel));
    const ModelConfig config{.units = 4, .attention = attention};
    graph.output("weights", look_at_source(graph.constant(Tensor::of({1, 4}, query)), memory, weights, config).weights);
    const TensorMap results = Execution(compile(graph, reference_backend())).run(TensorMap{});
    for (std::size_t t = 0; t < 3; ++t)
      CHECK(results.at("weights").number(static_cast<std::int64_t>(t)) ==
            doctest::Approx(expected[t] / sum).epsilon(1e-12));
  }
}

TEST_CASE("a training step of every system is the same on both backends" * doctest::test_suite("slow")) {
  for (const ModelConfig& config : systems()) {
    CAPTURE(describe_system(config));
    TrainingConfig training;
    if (config.attention == AttentionKind::hard) training.monte_carlo_samples = 3;
    const Graph graph = training_graph(config, training, {3, 7, 5});
    TensorMap inputs = three_sentences();
    inputs["learning_rate"] = Tensor::scalar(0.01F);
    Execution reference(compile(graph, reference_backend()), {.seed = 5});
    Execution fast(compile(graph, onednn_backend()), {.seed = 5});
    for (int step = 0; step < 2; ++step) {
      const TensorMap expected = reference.run(inputs);
      const TensorMap actual = fast.run(inputs);
      for (const auto& entry : expected) {
        const auto& [name, tensor] = entry;
        CAPTURE(entry.first);
        CHECK(actual.at(name).number(0) == doctest::Approx(tensor.number(0)).epsilon(1e-4));
      }
    }
  }
}

TEST_CASE("neither padding nor batch mates change what a system says of a sentence") {
  for (const ModelConfig& config : systems()) {
    CAPTURE(describe_system(config));
    const auto variables = std::make_shared<Variables>(11);
    const TensorMap together =
        Execution(compile(forward_graph(config, {3, 7, 5}), onednn_backend()), {.variables = variables})
            .run(three_sentences());
    const TensorMap alone =
        Execution(compile(forward_graph(config, {1, 4, 3}), onednn_backend()), {.variables = variables})
            .run({{"source", ids({1, 4}, {1, 11, 4, 2})},
                  {"source_lengths", ids({1}, {4})},
                  {"target", ids({1, 3}, {1, 5, 2})}});
    // The second sentence's rows of the first two steps.
    const Tensor& logits = together.at("logits");
    Tensor of_sentence(alone.at("logits").type());
    for (std::int64_t i = 0; i < 2 * config.target_vocabulary; ++i)
      of_sentence.set_number(i, logits.number(4 * config.target_vocabulary + i));
    CHECK(largest_difference(of_sentence, alone.at("logits")) < 2e-6);
    REQUIRE(together.contains("attention_weights") == (config.attention != AttentionKind::none));
    if (config.attention == AttentionKind::none) continue;
    const Tensor& weights = together.at("attention_weights");
    for (std::int64_t step = 0; step < 2; ++step)
      for (std::int64_t place = 0; place < 7; ++place) {
        const double weight = weights.number((4 + step) * 7 + place);
        if (place >= 4)
          CHECK(weight == 0.0);
        else
          CHECK(weight == doctest::Approx(alone.at("attention_weights").number(step * 4 + place)).epsilon(1e-4));
      }
  }
}

TEST_CASE("every system learns, and its translations are those of the unrolled graph, whatever the batch" *
          doctest::test_suite("slow")) {
  const Vocabulary source = letters(23);
  const Vocabulary target = letters(19);
  std::vector<Example> examples = tiny_examples(200);
  std::erase_if(examples, [](const Example& example) { return example.source.size() > 5; });  // few shapes to compile
  const std::vector<std::string> sentences{"a b c", "b", "d e d", "s r q p o n"};
  for (const ModelConfig& system : systems()) {
    CAPTURE(describe_system(system));
    Config config = tiny_config();
    config.model = system;
    config.model.units = 12;
    config.training.learning_rate = 0.02;
    const auto variables = std::make_shared<Variables>(7);
    TinyTraining trainer(config, examples, variables);
    const double first = trainer.run_epoch({})->loss;
    double last = first;
    for (int epoch = 0; epoch < 7; ++epoch) last = trainer.run_epoch({})->loss;
    CHECK(first < 3.5);  // a uniform guess costs log 19 = 2.94
    CHECK(last < 0.85 * first);

    const auto translate = [&](std::int64_t batch) {
      return Translator(config, source, target, variables, {.batch = batch, .max_length = 3}).translate(sentences);
    };
    const std::vector<Translation> together = translate(4);
    const std::vector<Translation> alone = translate(1);
    for (std::size_t i = 0; i < sentences.size(); ++i) {
      CAPTURE(sentences[i]);
      CHECK(together[i].ids == alone[i].ids);
      CHECK(together[i].attention_weights == alone[i].attention_weights);
      CHECK(together[i].attention_weights.empty() == (config.model.attention == AttentionKind::none));
      CHECK(together[i].ids == follow(config.model, variables, source.encode(together[i].source_words), 3));
    }
  }
}

TEST_CASE("hard attention translates from one position at a time") {
  Config config = tiny_config();
  config.model.attention = AttentionKind::hard;
  const Vocabulary source = letters(23);
  const Vocabulary target = letters(19);
  Translator translator(config, source, target, std::make_shared<Variables>(3), {.max_length = 3});
  const std::vector<std::string> sentences{"a b c"};
  const Translation translation = translator.translate(sentences).front();
  REQUIRE_FALSE(translation.attention_weights.empty());
  for (const float weight : translation.attention_weights) CHECK((weight == 0.0F || weight == 1.0F));
}

TEST_CASE("an encoder with self-attention attends to the words that it has read") {
  for (const ModelConfig& config : systems()) {
    CAPTURE(describe_system(config));
    const auto variables = std::make_shared<Variables>(3);
    const std::vector<std::int32_t> sentence{1, 5, 9, 4, 2};
    if (!config.self_attention) {
      CHECK_THROWS_WITH_AS(self_attention_weights(config, variables, sentence),
                           doctest::Contains("'self-attention' is false"), Error);
      continue;
    }
    const std::vector<float> weights = self_attention_weights(config, variables, sentence);
    REQUIRE(weights.size() == 25);
    for (std::size_t row = 0; row < 5; ++row) {
      const auto first = weights.begin() + static_cast<std::ptrdiff_t>(row * 5);
      const auto here = first + static_cast<std::ptrdiff_t>(row);
      CAPTURE(row);
      CHECK(*here == 0.0F);
      CHECK(std::accumulate(first, here, 0.0) == doctest::Approx(row > 0 ? 1.0 : 0.0));
      CHECK(std::accumulate(here + 1, first + 5, 0.0) == doctest::Approx(config.bidirectional && row < 4 ? 1.0 : 0.0));
    }
    CHECK(weights[2 * 5] != doctest::Approx(0.5));  // it tells words apart
    if (config.bidirectional) continue;
    // What comes later changes nothing of what was read before.
    const std::vector<float> beginning = self_attention_weights(config, variables, std::array{1, 5, 9});
    for (std::size_t row = 0; row < 3; ++row)
      for (std::size_t column = 0; column < 3; ++column)
        CHECK(weights[row * 5 + column] == doctest::Approx(beginning[row * 3 + column]).epsilon(1e-5));
  }
}

TEST_CASE("the sizes of the parameters are those of the formulas") {
  ModelConfig config{.source_vocabulary = 7, .target_vocabulary = 5, .embedding = 3, .units = 4};
  const auto count = [&](const ModelConfig& changed) { return count_parameters(changed); };
  const std::int64_t embeddings = 7 * 3 + 5 * 3;
  const std::int64_t output = 4 * 5 + 5;
  const auto gru = [](std::int64_t in) { return 3 * 4 * (in + 4 + 2); };
  const auto lstm = [](std::int64_t in) { return 4 * 4 * (in + 4 + 1); };
  const auto additive = [](std::int64_t query, std::int64_t values) { return 4 * (query + 1 + values + 1 + 1) + 1; };
  CHECK(count(config) == embeddings + gru(3) + gru(7) + additive(4, 4) + output);
  config.attention = AttentionKind::none;
  CHECK(count(config) == embeddings + gru(3) + gru(7) + output);
  config.attention = AttentionKind::dot;
  config.layers = 2;
  CHECK(count(config) == embeddings + gru(3) + gru(4) + gru(7) + gru(4) + output);
  config.attention = AttentionKind::location;
  config.layers = 1;
  config.attention_positions = 9;
  CHECK(count(config) == embeddings + gru(3) + gru(7) + 9 * 4 + output);
  config.attention = AttentionKind::general;
  config.bidirectional = true;
  config.cell = CellKind::lstm;
  const std::int64_t bridge = 2 * (8 * 4 + 4);
  CHECK(count(config) == embeddings + 2 * lstm(3) + bridge + lstm(8 + 3) + 8 * 4 + output);
  config.self_attention = true;
  CHECK(count(config) == embeddings + 2 * (lstm(3) + additive(3 + 4, 4)) + bridge + lstm(8 + 3) + 8 * 4 + output);
}

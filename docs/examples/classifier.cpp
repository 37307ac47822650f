// A classifier: a multilayer perceptron learns ten patterns of 8 x 8 pixels under noise.
#include <weft/training.h>
#include <weft/weft.h>

#include <cstdio>
#include <random>

using namespace weft;

constexpr std::int64_t batch = 64, pixels = 64, classes = 10;

/// Each class has a pattern; an image is its pattern under noise as strong as the pattern.
void draw(std::uint64_t seed, std::span<float> images, std::span<std::int32_t> labels) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> noise;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    labels[row] = static_cast<std::int32_t>(random() % classes);
    std::mt19937_64 pattern(static_cast<std::uint64_t>(labels[row]));
    for (std::size_t i = 0; i < pixels; ++i)
      images[row * pixels + i] = (pattern() % 2 == 0 ? 0.7F : -0.7F) + noise(random);
  }
}

Value logits_of(Value images) {
  const Value hidden = relu(layers::dense(images, 64, "hidden"));
  return layers::dense(hidden, classes, "logits");
}

Graph training_step() {
  Graph graph("classifier");
  const Value images = graph.input("images", DType::f32, {batch, pixels});
  const Value loss = cross_entropy(logits_of(images), graph.input("labels", DType::i32, {batch}));
  const std::vector<Value> parameters = graph.parameters();
  Adam(graph).update(parameters, gradients(loss, parameters), graph.input("learning_rate", DType::f32, {}));
  graph.output("loss", loss);
  return graph;
}

int main() {
  Trainer trainer({.graph = [](const auto&) { return training_step(); },
                   .batches = 50,
                   .fill =
                       [](const BatchNumber& number, Execution& step) {
                         draw(static_cast<std::uint64_t>(1 + number.batch), step.input("images").as<float>(),
                              step.input("labels").as<std::int32_t>());
                       }},
                  {.epochs = 5, .learning_rate = {.learning_rate = 0.003}});
  trainer.run();

  // The same weights, in a graph that only predicts, for another number of rows.
  constexpr std::int64_t rows = 1000;
  Graph graph("predict");
  graph.output("class", argmax(logits_of(graph.input("images", DType::f32, {rows, pixels})), -1));
  Execution predict(compile(graph), {.variables = trainer.variables()});
  std::vector<std::int32_t> labels(rows);
  draw(0, predict.input("images").as<float>(), labels);
  predict.run();
  const auto found = predict.output("class").as<std::int32_t>();
  double right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += found[i] == labels[i] ? 1 : 0;
  std::printf("accuracy %.3f\n", right / rows);
  return right / rows > 0.95 ? 0 : 1;
}

// A convolutional network: reads digits of any brightness, anywhere in a picture of 16 x 16 pixels, under noise.
#include <weft/training.h>
#include <weft/weft.h>

#include <array>
#include <cstdio>
#include <random>

using namespace weft;

constexpr std::int64_t batch = 64, side = 16, pixels = side * side, classes = 10;

/// The digits in 3 x 5 dots, row by row from the highest bit.
constexpr std::array<unsigned, classes> font{0x7B6F, 0x2C97, 0x73E7, 0x73CF, 0x5BC9,
                                             0x79CF, 0x79EF, 0x7249, 0x7BEF, 0x7BCF};

/// A dot is 2 x 2 pixels.
void draw(std::uint64_t seed, std::span<float> pictures, std::span<std::int32_t> labels) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> noise(0.0F, 0.2F);
  for (std::size_t picture = 0; picture < labels.size(); ++picture) {
    float* at = pictures.data() + picture * pixels;
    for (std::int64_t i = 0; i < pixels; ++i) at[i] = noise(random);
    labels[picture] = static_cast<std::int32_t>(random() % classes);
    const unsigned dots = font[static_cast<std::size_t>(labels[picture])];
    const std::size_t top = random() % (side - 9), left = random() % (side - 5);
    const float brightness = 0.7F + 0.1F * static_cast<float>(random() % 10);
    for (std::size_t row = 0; row < 10; ++row)
      for (std::size_t column = 0; column < 6; ++column)
        if ((dots >> (14 - row / 2 * 3 - column / 2)) % 2 == 1) at[(top + row) * side + left + column] += brightness;
  }
}

Value logits_of(Value pictures, bool training) {
  const layers::BatchNormOptions norm{.training = training};
  Value x = max_pool(layers::conv_block(pictures, 16, 5, "first", {.conv = {.padding = 2}, .norm = norm}), 2);
  x = max_pool(layers::conv_block(x, 32, 3, "second", {.conv = {.padding = 1}, .norm = norm}), 2);
  return layers::dense(reshape(x, {x.shape()[0], -1}), classes, "logits");
}

Graph training_step() {
  Graph graph("cnn");
  const Value pictures = graph.input("pictures", DType::f32, {batch, 1, side, side});
  const Value loss = cross_entropy(logits_of(pictures, true), graph.input("labels", DType::i32, {batch}));
  const std::vector<Value> parameters = graph.parameters();
  Adam(graph).update(parameters, gradients(loss, parameters), graph.input("learning_rate", DType::f32, {}));
  graph.output("loss", loss);
  return graph;
}

int main() {
  Trainer trainer({.graph = [](const auto&) { return training_step(); },
                   .batches = 100,
                   .fill =
                       [](const BatchNumber& number, Execution& step) {
                         draw(static_cast<std::uint64_t>(1 + 100 * number.epoch + number.batch),
                              step.input("pictures").as<float>(), step.input("labels").as<std::int32_t>());
                       }},
                  {.epochs = 5, .learning_rate = {.learning_rate = 0.003}});
  trainer.run();

  // Pictures that it has not seen.
  constexpr std::int64_t count = 1000;
  Graph graph("predict");
  graph.output("class", argmax(logits_of(graph.input("pictures", DType::f32, {count, 1, side, side}), false), -1));
  Execution predict(compile(graph), {.variables = trainer.variables()});
  std::vector<std::int32_t> labels(count);
  draw(0, predict.input("pictures").as<float>(), labels);
  predict.run();
  const auto found = predict.output("class").as<std::int32_t>();
  double right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += found[i] == labels[i] ? 1 : 0;
  std::printf("accuracy %.3f\n", right / count);
  return right / count > 0.97 ? 0 : 1;
}

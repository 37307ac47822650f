// A variational autoencoder (Kingma and Welling, arXiv:1312.6114): pictures of bars through a code of four numbers.
#include <weft/training.h>
#include <weft/weft.h>

#include <cstdio>
#include <random>

using namespace weft;

constexpr std::int64_t batch = 64, side = 8, pixels = side * side, code = 4;

/// A picture is one bar, across or upright, of two rows or columns.
void draw(std::mt19937_64& random, std::span<float> pictures) {
  for (std::size_t row = 0; row * pixels < pictures.size(); ++row) {
    const std::size_t at = random() % (side - 1);
    const bool upright = random() % 2 == 0;
    for (std::size_t i = 0; i < pixels; ++i) {
      const std::size_t place = upright ? i % side : i / side;
      pictures[row * pixels + i] = place == at || place == at + 1 ? 1.0F : 0.0F;
    }
  }
}

struct Code {
  Value mean;      ///< [batch, code]
  Value variance;  ///< its logarithm
};

Code encode(Value pictures) {
  const Value hidden = relu(layers::dense(pictures, 64, "encoder"));
  return {layers::dense(hidden, code, "mean"), layers::dense(hidden, code, "log_variance")};
}

Value decode(Value z) { return layers::dense(relu(layers::dense(z, 64, "decoder")), pixels, "picture"); }

/// The evidence's lower bound, per picture, turned round: cross entropy of the pixels, and how far codes are from normal.
Graph training_step() {
  Graph graph("vae");
  const Value pictures = graph.input("pictures", DType::f32, {batch, pixels});
  const Code codes = encode(pictures);
  Adam adam(graph);
  const Value noise = random_normal(adam.step(), {batch, code}, 1, "noise");
  const Value z = codes.mean + exp(codes.variance * 0.5) * noise;
  const Value reconstruction = binary_cross_entropy_with_logits(decode(z), pictures) * static_cast<double>(pixels);
  const Value apart = reduce_sum(square(codes.mean) + exp(codes.variance) - codes.variance - 1.0) * (0.5 / batch);
  const Value loss = reconstruction + apart;
  const std::vector<Value> parameters = graph.parameters();
  adam.update(parameters, gradients(loss, parameters), graph.input("learning_rate", DType::f32, {}));
  graph.output("loss", loss);
  return graph;
}

int main() {
  double loss = 0;
  Trainer trainer({.graph = [](const auto&) { return training_step(); },
                   .batches = 100,
                   .fill =
                       [](const BatchNumber& number, Execution& step) {
                         std::mt19937_64 random(static_cast<std::uint64_t>(1000 * number.epoch + number.batch));
                         draw(random, step.input("pictures").as<float>());
                       }},
                  {.epochs = 15, .learning_rate = {.learning_rate = 0.003}, .on_step = [&](const StepReport& report) {
                     loss = report.loss;
                   }});
  trainer.run();

  // The decoder alone makes a picture of any code.
  Graph graph("dream");
  graph.output("picture", sigmoid(decode(graph.input("z", DType::f32, {1, code}))));
  Execution dream(compile(graph), {.variables = trainer.variables()});
  dream.set("z", std::vector<float>{0.5F, -1.0F, 1.0F, 0.0F});
  dream.run();
  const auto picture = dream.output("picture").as<float>();
  for (std::size_t i = 0; i < pixels; ++i)
    std::printf("%c%s", picture[i] > 0.5F ? '#' : '.', i % side == side - 1 ? "\n" : "");
  std::printf("loss %.2f nats a picture\n", loss);
  return loss < 9 ? 0 : 1;
}

// Trains a classifier; started again after Ctrl-C, it goes on to the same weights as without.
#include <weft/training.h>
#include <weft/weft.h>

#include <atomic>
#include <cmath>
#include <cstdio>

weft::Graph training_step(std::int64_t rows) {  // which of two spirals is a point on?
  using namespace weft;
  Graph graph("spirals");
  const Value x = graph.input("x", DType::f32, {rows, 2}), y = graph.input("y", DType::f32, {rows, 1});
  const std::vector<Value> weights{graph.parameter("hidden", {2, 32}, Initializer::normal(0, 3)),
                                   graph.parameter("hidden_bias", {32}, Initializer::normal(0, 1)),
                                   graph.parameter("score", {32, 1}, Initializer::glorot_uniform()),
                                   graph.parameter("score_bias", {1}, Initializer::zeros())};
  const Value score = dense(tanh(dense(x, weights[0], weights[1])), weights[2], weights[3]);
  const Value loss = reduce_mean(log(1.0 + exp(neg(y * score))));
  Adam(graph).update(weights, gradients(loss, weights), graph.input("learning_rate", DType::f32, {}));
  graph.output("loss", loss);
  return graph;
}

void fill(const weft::BatchNumber& batch, weft::Execution& step) {
  const auto x = step.input("x").as<float>(), y = step.input("y").as<float>();
  for (std::size_t row = 0; row < y.size(); ++row) {
    const float turn = 0.05F * static_cast<float>(32 * static_cast<std::size_t>(batch.batch) + row);
    y[row] = row % 2 == 0 ? 1.0F : -1.0F;
    x[2 * row] = y[row] * turn / 5 * std::cos(turn);
    x[2 * row + 1] = y[row] * turn / 5 * std::sin(turn);
  }
}

int main(int, char** arguments) {
  std::atomic<bool> stop = false;
  const weft::StopSignals signals([&](int) { return stop = true; });  // Ctrl-C, SIGTERM
  weft::Trainer trainer(
      {.graph = [](const auto& shape) { return training_step(shape[0]); },
       .batches = 4,
       .shape = [](const auto& number) { return weft::TrainingTask::Shape{number.batch < 3 ? 32 : 14}; },
       .fill = fill},
      {.epochs = 200,
       .learning_rate = {.learning_rate = 0.03, .warmup = 20},
       .folder = arguments[1],
       .checkpoint_every = 50,
       .stop = [&] { return stop.load(); },
       .progress = std::make_shared<weft::TerminalProgress>()});
  trainer.run();
  std::printf("%d steps are done\n", static_cast<int>(trainer.state().step));
}

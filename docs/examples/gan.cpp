// A generative adversarial network (Goodfellow et al., arXiv:1406.2661): a generator learns to draw points on a circle
// from a critic that learns to tell them from true ones. Two graphs share the weights, each trains its own half.
#include <weft/training.h>
#include <weft/weft.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>

using namespace weft;

constexpr std::int64_t batch = 128, noise = 4;

Value generate(Value z) {
  const Graph::Scope scope = z.graph().scope("generator");
  Value hidden = relu(layers::dense(z, 64, "first"));
  hidden = relu(layers::dense(hidden, 64, "second"));
  return layers::dense(hidden, 2, "point");
}

Value judge(Value points) {
  const Graph::Scope scope = points.graph().scope("critic");
  Value hidden = leaky_relu(layers::dense(points, 64, "first"), 0.2);
  hidden = leaky_relu(layers::dense(hidden, 64, "second"), 0.2);
  return layers::dense(hidden, 1, "score");
}

/// Trains the parameters whose names begin so; the others are there, and stay as they are.
void train(Graph& graph, Value loss, std::string_view half) {
  std::vector<Value> parameters;
  for (const Value parameter : graph.parameters())
    if (parameter.name().starts_with(half)) parameters.push_back(parameter);
  Adam(graph, half).update(parameters, gradients(loss, parameters), 0.001, {.beta1 = 0.5});
  graph.output("loss", loss);
}

Value cross_entropy_to(Value scores, double target) {
  return binary_cross_entropy_with_logits(scores, broadcast(scores.graph().constant(target), scores.shape()));
}

Graph critic_step() {
  Graph graph("critic_step");
  const Value points = graph.input("points", DType::f32, {batch, 2});
  const Value drawn = generate(graph.input("z", DType::f32, {batch, noise}));
  // One application to both halves, as layers are declared once a graph.
  const std::vector<Value> scores = split(judge(concat({points, drawn}, 0)), 2, 0);
  train(graph, cross_entropy_to(scores[0], 0.9) + cross_entropy_to(scores[1], 0.0), "critic");
  return graph;
}

Graph generator_step() {
  Graph graph("generator_step");
  train(graph, cross_entropy_to(judge(generate(graph.input("z", DType::f32, {batch, noise}))), 1.0), "generator");
  return graph;
}

int main() {
  const ExecutionOptions shared{.variables = std::make_shared<Variables>(1)};
  Execution critic(compile(critic_step()), shared);
  Execution generator(compile(generator_step()), shared);
  std::mt19937_64 random(1);
  std::normal_distribution<float> normal;
  const auto fill_noise = [&](Execution& step) {
    for (float& element : step.input("z").as<float>()) element = normal(random);
  };
  for (int i = 0; i < 3000; ++i) {
    const auto points = critic.input("points").as<float>();
    for (std::size_t row = 0; row < batch; ++row) {
      const float angle = 6.2831853F * static_cast<float>(random() % 10'000) / 10'000.0F;
      points[2 * row] = std::cos(angle);
      points[2 * row + 1] = std::sin(angle);
    }
    fill_noise(critic);
    critic.run();
    fill_noise(generator);
    generator.run();
  }

  constexpr std::int64_t rows = 1000;
  Graph graph("draw");
  graph.output("points", generate(graph.input("z", DType::f32, {rows, noise})));
  Execution draw(compile(graph), shared);
  fill_noise(draw);
  draw.run();
  const auto points = draw.output("points").as<float>();
  double off = 0;
  int quadrants[4] = {};
  for (std::size_t row = 0; row < rows; ++row) {
    const float x = points[2 * row], y = points[2 * row + 1];
    off += std::abs(std::hypot(x, y) - 1.0F) / rows;
    ++quadrants[(x > 0 ? 1 : 0) + (y > 0 ? 2 : 0)];
  }
  const int least = std::min({quadrants[0], quadrants[1], quadrants[2], quadrants[3]});
  std::printf("distance from the circle %.3f on average; points of 1000 in each quadrant at least %d\n", off, least);
  return off < 0.2 && least > 100 ? 0 : 1;
}

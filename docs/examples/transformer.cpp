// A decoder-only Transformer learns to write a sequence of digits backwards: "31415>51413".
#include <weft/training.h>
#include <weft/weft.h>

#include <algorithm>
#include <cstdio>
#include <random>

using namespace weft;

constexpr std::int64_t batch = 64, digits = 6, steps = 2 * digits, units = 64;
constexpr std::int32_t arrow = 10, tokens = 11, no_target = -1;

/// Tokens [rows, steps]: digits, the arrow, the digits backwards but for the last; and what comes next: nothing is asked
/// before the arrow.
void draw(std::uint64_t seed, std::span<std::int32_t> ids, std::span<std::int32_t> next) {
  std::mt19937_64 random(seed);
  for (std::size_t row = 0; row * steps < ids.size(); ++row) {
    std::vector<std::int32_t> line(digits);
    for (std::int32_t& digit : line) digit = static_cast<std::int32_t>(random() % 10);
    std::vector<std::int32_t> backwards(line.rbegin(), line.rend());
    line.push_back(arrow);
    line.insert(line.end(), backwards.begin(), backwards.end());
    for (std::size_t t = 0; t < steps; ++t) {
      ids[row * steps + t] = line[t];
      next[row * steps + t] = t < digits ? no_target : line[t + 1];
    }
  }
}

Value logits_of(Value ids) {
  const Value places = layers::embedding(iota(ids.graph(), steps), steps, units, "places");
  Value x = layers::embedding(ids, tokens, units, "tokens") + places;
  for (const char* name : {"block1", "block2"})
    x = layers::transformer_block(x, 4 * units, name, {.heads = 4, .causal = true});
  return layers::dense(layers::layer_norm(x, "norm"), tokens, "logits");
}

Graph training_step() {
  Graph graph("transformer");
  const Value ids = graph.input("ids", DType::i32, {batch, steps});
  const Value next = graph.input("next", DType::i32, {batch, steps});
  const Value loss = cross_entropy(logits_of(ids), next, {.ignore_index = no_target});
  const std::vector<Value> parameters = graph.parameters();
  Adam(graph).update(parameters, clip_by_global_norm(gradients(loss, parameters), 1.0),
                     graph.input("learning_rate", DType::f32, {}), {.weight_decay = 0.01});
  graph.output("loss", loss);
  return graph;
}

int main() {
  Trainer trainer({.graph = [](const auto&) { return training_step(); },
                   .batches = 100,
                   .fill =
                       [](const BatchNumber& number, Execution& step) {
                         draw(static_cast<std::uint64_t>(1 + 1000 * number.epoch + number.batch),
                              step.input("ids").as<std::int32_t>(), step.input("next").as<std::int32_t>());
                       }},
                  {.epochs = 8, .learning_rate = {.learning_rate = 0.002, .warmup = 50}});
  trainer.run();

  constexpr std::int64_t rows = 200;
  Graph graph("write");
  graph.output("next", argmax(logits_of(graph.input("ids", DType::i32, {rows, steps})), -1));
  Execution write(compile(graph), {.variables = trainer.variables()});
  std::vector<std::int32_t> next(rows * steps);
  draw(0, write.input("ids").as<std::int32_t>(), next);
  write.run();
  const auto found = write.output("next").as<std::int32_t>();
  double right = 0, asked = 0;
  for (std::size_t i = 0; i < next.size(); ++i) {
    asked += next[i] == no_target ? 0 : 1;
    right += found[i] == next[i] ? 1 : 0;
  }
  std::printf("accuracy %.3f\n", right / asked);
  return right / asked > 0.99 ? 0 : 1;
}

// A language model: an LSTM learns to continue a text, character by character, and then speaks.
#include <weft/training.h>
#include <weft/weft.h>

#include <cmath>
#include <cstdio>
#include <string>

using namespace weft;

const std::string text =
    "the weaver sat before the loom and drew the weft through the warp; the shuttle flew from left to right and from "
    "right to left, and thread by thread the cloth grew. what is woven is not unwoven, said the weaver, and what is "
    "declared once is run again and again. ";
constexpr std::int64_t batch = 16, steps = 32, characters = 128;

Value logits_of(Value ids) {
  const Value hidden = layers::lstm(layers::embedding(ids, characters, 32, "characters"), 96, "lstm");
  return layers::dense(hidden, characters, "logits");
}

Graph training_step() {
  Graph graph("language_model");
  const Value ids = graph.input("ids", DType::i32, {batch, steps});
  const Value loss = cross_entropy(logits_of(ids), graph.input("next", DType::i32, {batch, steps}));
  const std::vector<Value> parameters = graph.parameters();
  Adam(graph).update(parameters, clip_by_global_norm(gradients(loss, parameters), 1.0),
                     graph.input("learning_rate", DType::f32, {}));
  graph.output("loss", loss);
  return graph;
}

/// Rows begin at places of their own, which move with the batch.
void fill(const BatchNumber& number, Execution& step) {
  const auto ids = step.input("ids").as<std::int32_t>(), next = step.input("next").as<std::int32_t>();
  for (std::size_t row = 0; row < batch; ++row)
    for (std::size_t t = 0; t < steps; ++t) {
      const std::size_t at = row * 17 + static_cast<std::size_t>(number.batch) * 7 + t;
      ids[row * steps + t] = text[at % text.size()];
      next[row * steps + t] = text[(at + 1) % text.size()];
    }
}

int main() {
  double loss = 0;
  Trainer trainer({.graph = [](const auto&) { return training_step(); }, .batches = 40, .fill = fill},
                  {.epochs = 12, .learning_rate = {.learning_rate = 0.005}, .on_step = [&](const StepReport& report) {
                     loss = report.loss;
                   }});
  trainer.run();

  // One row of the last 32 characters, again and again: the most probable next one.
  Graph graph("speak");
  graph.output("next", argmax(logits_of(graph.input("ids", DType::i32, {1, steps})), -1));
  Execution speak(compile(graph), {.variables = trainer.variables()});
  std::string said = text.substr(0, steps);
  while (said.size() < 160) {
    for (std::size_t t = 0; t < steps; ++t) speak.input("ids").as<std::int32_t>()[t] = said[said.size() - steps + t];
    speak.run();
    said += static_cast<char>(speak.output("next").as<std::int32_t>()[steps - 1]);
  }
  std::printf("%s\nloss %.3f nats a character\n", said.c_str(), loss);
  return loss < 0.2 && text.substr(0, said.size()) == said ? 0 : 1;
}

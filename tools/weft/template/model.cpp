#include "model.h"

#include <weft/training.h>

#include <vector>

#include "data.h"

using namespace weft;

namespace {

/// Points [rows, 2] -> the score of each class [rows, classes].
Value scores(Value points) {
  Value hidden = tanh(layers::dense(points, 32, "first"));
  hidden = tanh(layers::dense(hidden, 32, "second"));
  return layers::dense(hidden, classes, "scores");
}

}  // namespace

Graph training_step(std::int64_t rows) {
  Graph graph("training_step");
  const Value points = graph.input("points", DType::f32, {rows, 2});
  const Value loss = cross_entropy(scores(points), graph.input("labels", DType::i32, {rows}));
  const std::vector<Value> parameters = graph.parameters();
  Adam(graph).update(parameters, gradients(loss, parameters), graph.input("learning_rate", DType::f32, {}));
  graph.output("loss", loss);
  return graph;
}

Graph prediction(std::int64_t rows) {
  Graph graph("prediction");
  graph.output("class", argmax(scores(graph.input("points", DType::f32, {rows, 2})), -1));
  return graph;
}

double accuracy(const std::shared_ptr<Variables>& variables) {
  constexpr std::int64_t rows = 1000;
  Execution predict(compile(prediction(rows)), {.variables = variables});
  std::vector<std::int32_t> labels(rows);
  draw(0, predict.input("points").as<float>(), labels);
  predict.run();
  const auto found = predict.output("class").as<std::int32_t>();
  double right = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) right += found[row] == labels[row] ? 1 : 0;
  return right / rows;
}

#include <weft/weft.h>

int main() {
  using namespace weft;
  Graph graph("line");
  const Value x = graph.input("x", DType::f32, {4, 1}), y = graph.input("y", DType::f32, {4, 1});
  const std::vector<Value> line{graph.parameter("slope", {1, 1}, Initializer::zeros()),
                                graph.parameter("offset", {1}, Initializer::zeros())};
  const Value error = dense(x, line[0], line[1]) - y;
  const Value loss = reduce_mean(error * error);
  Adam(graph).update(line, gradients(loss, line), 0.1);
  graph.output("loss", loss);

  Execution step = compile(graph, onednn_backend());
  step.set("x", Tensor::of<float>({4, 1}, {0, 1, 2, 3}));
  step.set("y", Tensor::of<float>({4, 1}, {1, 3, 5, 7}));
  for (int i = 0; i < 300; ++i) step.run();
  fmt::print("y = {:.2f} x + {:.2f}, loss {:.6f}\n", step.variables().get("slope").number(0),
             step.variables().get("offset").number(0), step.get("loss").number(0));
}

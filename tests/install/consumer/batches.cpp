// Runs a model on batches of any size: a program for each, within a budget of memory, with one set of weights.
#include <weft/weft.h>

#include <cstdio>

weft::Graph classifier(std::int64_t rows) {
  weft::Graph graph("classifier");
  const weft::Value x = graph.input("x", weft::DType::f32, {rows, 20});
  const weft::Value kernel = graph.parameter("kernel", {20, 3}, weft::Initializer::glorot_uniform());
  graph.output("y", weft::softmax(weft::matmul(x, kernel), 1));
  return graph;
}

int main() {
  const weft::ExecutionOptions shared{.variables = std::make_shared<weft::Variables>(),
                                      .arena = std::make_shared<weft::Arena>()};
  const auto cache = std::make_shared<weft::ProgramCache>(std::size_t{100} << 20);
  weft::ProgramsByShape programs(cache);
  for (const std::int64_t rows : {64, 64, 17, 64, 17}) {
    const std::shared_ptr<weft::Execution> program = programs.find(
        {rows}, [&] { return weft::Execution(weft::compile(classifier(rows), weft::onednn_backend()), shared); });
    program->set("x", weft::Tensor::full({weft::DType::f32, {rows, 20}}, 0.5));
    program->run();
  }
  std::puts(weft::to_string(cache->memory()).c_str());
}

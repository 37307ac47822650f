// Multiplies two matrices on every backend: a program that touches each of Weft's libraries.
#include <weft/weft.h>

#include <cstdio>
#include <string>
#include <vector>

int main() {
  weft::Graph graph("consumer");
  const weft::Value x = graph.input("x", weft::DType::f32, {2, 2});
  const weft::Value y = graph.input("y", weft::DType::f32, {2, 2});
  graph.output("product", weft::matmul(x, y));

  const weft::TensorMap inputs{{"x", weft::Tensor::of<float>({2, 2}, std::vector<float>{1, 2, 3, 4})},
                               {"y", weft::Tensor::of<float>({2, 2}, std::vector<float>{5, 6, 7, 8})}};
  const weft::Tensor expected = weft::Tensor::of<float>({2, 2}, std::vector<float>{19, 22, 43, 50});

  for (const weft::Backend* backend : {&weft::reference_backend(), &weft::onednn_backend()}) {
    weft::Execution execution = weft::compile(graph, *backend);
    if (!(execution.run(inputs).at("product") == expected)) {
      std::fprintf(stderr, "the %s backend gives a wrong product\n", std::string(backend->name()).c_str());
      return 1;
    }
  }
  std::puts("installed Weft works");
}

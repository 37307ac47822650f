// What the library shows of a graph of one's own.
#include <weft/inspect.h>
#include <weft/weft.h>

#include <cstdio>

int main() {
  weft::Graph graph("consumer");
  const weft::Value x = graph.input("x", weft::DType::f32, {4, 3});
  const weft::Value w = graph.parameter("w", {3, 3}, weft::Initializer::zeros());
  graph.input("unused", weft::DType::f32, {2});
  graph.output("y", weft::softmax(weft::softmax(weft::matmul(x, w), 1), 1));

  for (const weft::inspect::Finding& finding : weft::inspect::lint(graph))
    std::printf("%s: %s\n", std::string(finding.rule).c_str(), graph.node(finding.node).name.c_str());
  std::fputs(weft::inspect::summary(graph, true).c_str(), stdout);

  const std::vector<const weft::Pass*> passes = weft::compile_pipeline();
  const weft::inspect::PassHistory history =
      weft::inspect::record_passes(graph.clone(), weft::onednn_backend(), passes, {});
  const std::string page = weft::inspect::explain_page(history);
  std::printf("%zu stages, a page that %s\n", history.stages.size(),
              page.ends_with("</html>\n") ? "ends" : "does not end");
}

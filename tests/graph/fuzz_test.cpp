#include <doctest/doctest.h>

#include <string>

#include "graph/json.h"
#include "graph/safetensors.h"
#include "graph/text.h"
#include "graph/verifier.h"
#include "tests/graph/mutator.h"
#include "tests/graph/test_ops.h"

// Valid files are damaged at random, from fixed seeds: whatever comes out must load as a graph that the verifier passes
// and that is written and read again as itself, or be refused by an Error. Anything else (another exception, a crash, a
// finding of the sanitizers) fails the test.

using namespace weft;
using namespace weft::test;

namespace {

/// Runs the check on that many mutations; returns how many of them loaded.
template <typename Load>
int fuzz(const std::string& valid, int mutations, std::uint64_t seed, const Load& load) {
  Mutator mutator(seed);
  int loaded = 0;
  for (int i = 0; i < mutations; ++i) {
    const std::string mutated = mutator.mutate(valid);
    try {
      load(mutated);
      ++loaded;
    } catch (const Error&) {
      // refused, as it should be
    } catch (const std::exception& error) {
      FAIL_CHECK("mutation ", i, ": ", error.what(), "\n", mutated);
    }
  }
  return loaded;
}

void check_graph(const Graph& graph) {
  verify(graph);
  const std::string text = to_text(graph);
  if (to_text(parse_text(text, test_ops())) != text) throw std::logic_error("the text reads back as another graph");
}

/// Few lines, so that mutations reach deep and some still load.
Graph small_graph() {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value m = graph.state("s/m", {DType::f32, {2, 3}}, Initializer::uniform(-1, 1));
  const std::vector<Value> parts = graph.add(split, std::span(&x, 1), {{"axis", std::int64_t{1}}, {"rate", 0.5}});
  const Value y = graph.add1(join, {parts[0], graph.constant(Tensor::full({DType::f32, {2, 3}}, 1.0))}, {}, "j");
  graph.output("y", y);
  graph.update(m, y);
  return graph;
}

}  // namespace

TEST_CASE("damaged text loads or is refused") {
  const auto load = [](const std::string& text) { check_graph(parse_text(text, test_ops())); };
  CHECK(fuzz(to_text(small_graph()), 10000, 1, load) > 20);
  CHECK(fuzz(to_text(graph_of_all_kinds()), 5000, 2, load) > 20);
}

TEST_CASE("damaged JSON loads or is refused") {
  const auto load = [](const std::string& json) { check_graph(from_json(json, test_ops())); };
  CHECK(fuzz(to_json(small_graph()), 10000, 3, load) > 20);
  CHECK(fuzz(to_json(graph_of_all_kinds()), 3000, 4, load) > 20);
}

TEST_CASE("damaged safetensors load or are refused") {
  TensorMap tensors;
  tensors["encoder/kernel"] = Tensor::of<float>({2, 2}, {1.0F, 2.0F, 3.0F, 4.0F});
  tensors["mask"] = Tensor::of<std::uint8_t>({3}, {1, 0, 1});
  tensors["steps"] = Tensor::scalar<std::int32_t>(7);
  std::string with_checksum = to_safetensors(tensors, {{"step", "100"}});
  const auto load = [](const std::string& content) { from_safetensors(content, "file"); };
  fuzz(with_checksum, 6000, 5, load);
  // Without the checksum, what follows it is reached.
  std::string without = with_checksum;
  without.replace(without.find("weft.checksum"), 4, "else");
  CHECK(fuzz(without, 6000, 6, load) > 100);
}

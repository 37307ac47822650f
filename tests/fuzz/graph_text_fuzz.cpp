// The text of graphs and their JSON: what is read prints as a text that reads as the same graph, and likewise the other
// way round through the other form.

#include <optional>

#include "graph/io/json.h"
#include "graph/io/text.h"
#include "ops/ops.h"
#include "tests/fuzz/graph_input.h"
#include "tests/fuzz/harness.h"

namespace weft::fuzz {
namespace {

void check(const Graph& graph) {
  const std::string text = to_text(graph);
  const Graph again = parse_text(text, all_ops());
  const std::string text_again = to_text(again);
  expect(text_again == text, "the text reads as another graph:\n{}\nand then\n{}", text, text_again);
  // A name that is no UTF-8 cannot be put into JSON.
  const std::optional<std::string> json = accepted([&] { return to_json(graph); });
  if (!json) return;
  const Graph loaded = from_json(*json, all_ops());
  expect(to_text(loaded) == text, "the JSON reads as another graph:\n{}\nand then\n{}", text, to_text(loaded));
  expect(to_json(loaded) == *json, "the JSON is written in another way once it was read:\n{}", *json);
}

void run(std::string_view input) {
  const bool is_json =
      input.find_first_not_of(" \t\r\n") != std::string_view::npos && input[input.find_first_not_of(" \t\r\n")] == '{';
  const auto graph = accepted([&] { return is_json ? from_json(input, all_ops()) : parse_text(input, all_ops()); });
  if (graph) check(*graph);
}

std::vector<std::string> seeds() {
  std::vector<std::string> seeds = graph_seeds();
  const std::size_t texts = seeds.size();
  for (std::size_t i = 0; i < texts; i += 3) seeds.push_back(to_json(parse_text(seeds[i], all_ops())));
  return seeds;
}

/// Now the graph is changed, now its text.
std::string mutate(const std::string& input, std::uint64_t seed) {
  if (seed % 2 == 0) return "";
  return mutate_graph_text(input, seed);
}

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .mutate = mutate};

}  // namespace weft::fuzz

#include "tests/fuzz/graph_input.h"

#include "graph/base/error.h"
#include "graph/io/text.h"
#include "ops/case_graph.h"
#include "ops/ops.h"
#include "passes/float_type.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/mutate_graph.h"
#include "tests/fuzz/random_graph.h"

namespace weft::fuzz {
namespace {

constexpr std::size_t most_nodes = 600;
constexpr std::int64_t most_input_elements = 20'000;
constexpr std::string_view keyword = "graph";

RandomGraphOptions options_for(Choices& choices) {
  return {.nodes = static_cast<int>(choices.pick(1, 8)),
          .differentiate = choices.chance(50),
          .updates = choices.chance(40),
          .tame = choices.chance(70),
          .floats = DType::f32};
}

std::string new_graph_text(std::uint64_t seed) {
  Choices choices(seed);
  const RandomGraphOptions options = options_for(choices);
  return to_text(random_graph(choices, options));
}

bool is_small(const Graph& graph) {
  if (graph.node_count() > most_nodes) return false;
  for (const NodeId id : graph.nodes())
    for (const ValueId value : graph.node(id).results)
      if (graph.type(value).shape.volume() > most_input_elements) return false;
  return true;
}

}  // namespace

std::optional<Graph> graph_of(std::string_view input) {
  if (!input.starts_with(keyword)) {
    Choices choices(input);
    const RandomGraphOptions options = options_for(choices);
    return random_graph(choices, options);
  }
  std::optional<Graph> parsed = accepted([&] { return parse_text(input, all_ops()); });
  if (!parsed || !is_small(*parsed)) return std::nullopt;
  return accepted([&] { return with_float_type(*parsed, DType::f32); });
}

std::string mutate_graph_text(const std::string& input, std::uint64_t seed) {
  Choices choices(seed);
  if (choices.chance(25)) return new_graph_text(seed);
  const std::optional<Graph> graph = graph_of(input);
  return graph ? to_text(mutate_graph(*graph, choices)) : new_graph_text(seed);
}

std::vector<std::string> graph_seeds() {
  std::vector<std::string> seeds;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) seeds.push_back(new_graph_text(seed));
  for (const Op* op : all_ops().ops())
    for (const OpCase& op_case : op->cases) seeds.push_back(to_text(case_graph(*op, op_case)));
  return seeds;
}

}  // namespace weft::fuzz

#include "tools/weft/data_options.h"

#include "graph/base/error.h"
#include "tools/weft/range_options.h"
#include "tools/weft/tensor_files.h"

namespace weft::tool {

void add_data_options(const Command& command, DataOptions& options) {
  Option inputs =
      command.option("--inputs", options.inputs, "A tensor for each input, of its name and type").value("FILE");
  command.option("--random-inputs", options.random_inputs, "Draw the inputs at random instead")
      .value("SEED")
      .excludes(inputs);
  add_range_options(command, options.range);
  command
      .option("--weights", options.weights, "Parameters, and states if they are in it; without, initialisers fill them")
      .value("FILE");
  command.option("--seed", options.seed, "Of the initialisers").show_default();
}

TensorMap inputs_for(const Graph& graph, const DataOptions& options) {
  require_range(options.range);
  if (!options.inputs.empty()) return read_inputs(options.inputs, graph);
  if (options.random_inputs) return inspect::draw_inputs(graph, *options.random_inputs, options.range);
  const std::vector<NodeId> inputs = graph.leaves(leaf::input);
  require(inputs.empty(), "graph '{}' has {} inputs ('{}', ...); give them with --inputs FILE or --random-inputs SEED",
          graph.name(), inputs.size(), inputs.empty() ? "" : graph.node(inputs[0]).name);
  return {};
}

std::shared_ptr<Variables> variables_for(const Graph& graph, const DataOptions& options) {
  auto variables = std::make_shared<Variables>(options.seed);
  variables->initialise(graph);
  if (!options.weights.empty()) read_weights(options.weights, graph, *variables);
  return variables;
}

}  // namespace weft::tool

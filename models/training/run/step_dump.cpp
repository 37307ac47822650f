#include "models/training/run/step_dump.h"

#include <fmt/format.h>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/io/json.h"
#include "graph/io/safetensors.h"

namespace weft {
namespace {

TensorMap inputs_of(const Graph& graph, const Execution& execution) {
  TensorMap inputs;
  for (const NodeId id : graph.leaves(leaf::input)) {
    const std::string& name = graph.node(id).name;
    inputs.emplace(name, execution.input(name).copy());
  }
  return inputs;
}

/// What the graph has of the variables: those of an update that several batches make are apart.
TensorMap variables_of(const Graph& graph, const Execution& execution) {
  TensorMap variables;
  for (const Op* leaf : {&leaf::parameter, &leaf::state})
    for (const NodeId id : graph.leaves(*leaf)) {
      const std::string& name = graph.node(id).name;
      variables.emplace(name, execution.variables().get(name));
    }
  return variables;
}

TensorMap outputs_of(const Execution& execution) {
  TensorMap outputs;
  for (const Output& output : execution.graph().outputs()) outputs.emplace(output.name, execution.get(output.name));
  return outputs;
}

}  // namespace

StepDump::StepDump(std::function<Graph(const TrainingTask::Shape&)> graph, std::filesystem::path folder,
                   std::int64_t step, Precision precision, std::string kernels)
    : graph_(std::move(graph)),
      folder_(std::move(folder)),
      step_(step),
      precision_(precision),
      kernels_(std::move(kernels)) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  require(!error && std::filesystem::is_directory(folder_), "the folder '{}' cannot be made: {}", folder_.string(),
          error ? error.message() : "there is a file of that name");
  // A dump of another step would be taken for this one's, should it fail.
  for (const char* name : {"outputs.safetensors", "updated.safetensors", "kernels.json"})
    std::filesystem::remove(folder_ / name, error);
}

void StepDump::before(std::int64_t step, const TrainingTask::Shape& shape, const Execution& execution) const {
  if (step != step_) return;
  const Graph graph = graph_(shape);
  write_file(path("graph.json"), to_json(graph));
  save_safetensors(path("inputs.safetensors"), inputs_of(graph, execution), {});
  save_safetensors(path("weights.safetensors"), variables_of(graph, execution), {});
  if (!kernels_.empty()) write_file(path("kernels.json"), kernels_);
}

void StepDump::after(std::int64_t step, const Execution& execution) const {
  if (step != step_) return;
  save_safetensors(path("outputs.safetensors"), outputs_of(execution), {});
  save_safetensors(path("updated.safetensors"), variables_of(execution.graph(), execution), {});
}

std::string StepDump::replay_command() const {
  return fmt::format("weft run {} --inputs {} --weights {} --expect {} --expect-weights {} --tolerance 0{}{}",
                     path("graph.json"), path("inputs.safetensors"), path("weights.safetensors"),
                     path("outputs.safetensors"), path("updated.safetensors"),
                     precision_ == Precision::f32 ? "" : fmt::format(" --precision {}", to_string(precision_)),
                     kernels_.empty() ? "" : " --kernels " + path("kernels.json"));
}

}  // namespace weft

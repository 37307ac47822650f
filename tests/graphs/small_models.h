#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "backends/runtime/execution.h"
#include "graph/base/file.h"
#include "graph/io/text.h"
#include "ops/op_list.h"
#include "tests/fuzz/random_graph.h"

namespace weft::test {

/// The graphs of tests/graphs, by their names: those of a translator, small.
inline std::vector<std::pair<std::string, Graph>> small_models() {
  std::vector<std::pair<std::string, Graph>> models;
  for (const auto& entry : std::filesystem::directory_iterator(WEFT_TEST_DIR "/graphs"))
    if (entry.path().extension() == ".weft")
      models.emplace_back(entry.path().stem(), parse_text(read_file(entry.path()), all_ops()));
  std::ranges::sort(models, {}, &std::pair<std::string, Graph>::first);
  return models;
}

inline Graph small_model(std::string_view name) {
  for (auto& [of, graph] : small_models())
    if (of == name) return std::move(graph);
  throw InternalError("there is no such graph in tests/graphs");
}

/// Inputs that make sense as lengths and as a rate, too.
inline TensorMap small_model_inputs(const Graph& graph, std::uint64_t seed) {
  TensorMap inputs = fuzz::random_inputs(graph, seed);
  if (const auto lengths = inputs.find("source_lengths"); lengths != inputs.end())
    for (std::int32_t& length : lengths->second.as<std::int32_t>()) length = length % 3 + 2;
  if (const auto rate = inputs.find("learning_rate"); rate != inputs.end()) rate->second.as<float>()[0] = 0.01F;
  return inputs;
}

inline bool same_bits(const TensorMap& a, const TensorMap& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.type() == y.second.type() &&
           std::ranges::equal(x.second.bytes(), y.second.bytes());
  });
}

/// Outputs of some runs, and the variables after them.
inline std::vector<TensorMap> runs_of(Execution& execution, const Graph& graph, int runs) {
  std::vector<TensorMap> results;
  for (int run = 0; run < runs; ++run)
    results.push_back(execution.run(small_model_inputs(graph, static_cast<std::uint64_t>(run))));
  results.push_back(execution.variables().snapshot());
  return results;
}

}  // namespace weft::test

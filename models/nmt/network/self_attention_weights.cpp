#include "models/nmt/network/self_attention_weights.h"

#include <algorithm>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/backend.h"
#include "backends/runtime/execution.h"
#include "models/nmt/network/model.h"

namespace weft::nmt {

std::vector<float> self_attention_weights(const ModelConfig& model, std::shared_ptr<Variables> variables,
                                          std::span<const std::int32_t> source) {
  Execution encoder(compile(self_attention_graph(model, 1, std::ssize(source)), onednn_backend()),
                    {.variables = std::move(variables)});
  std::ranges::copy(source, encoder.input("source").as<std::int32_t>().begin());
  encoder.input("source_lengths").as<std::int32_t>().front() = static_cast<std::int32_t>(source.size());
  encoder.run();
  const auto weights = encoder.output("weights").as<float>();
  return {weights.begin(), weights.end()};
}

}  // namespace weft::nmt

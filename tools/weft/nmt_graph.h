#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "graph/graph.h"
#include "tools/common/command_line.h"

namespace weft::tool {

/// Which graph of the translator, in which sizes.
struct NmtGraphOptions {
  std::string preset = "tutorial";
  std::string graph = "training";
  std::int64_t rows = 64;
  std::int64_t source_length = 8;
  std::int64_t target_length = 8;
  // Without these, the preset's.
  std::optional<std::string> variant;
  std::optional<std::int64_t> source_vocabulary;
  std::optional<std::int64_t> target_vocabulary;
  std::optional<std::int64_t> embedding;
  std::optional<std::int64_t> units;
  std::optional<std::string> attention;
  std::optional<std::int64_t> attention_positions;
  std::optional<std::string> cell;
  std::optional<std::int64_t> layers;
  bool bidirectional = false;
  bool self_attention = false;
  bool tied_embeddings = false;
  std::optional<std::int64_t> samples;  ///< of hard attention
  double dropout = 0.0;                 ///< everywhere where the training graph may have it
  std::int64_t accumulate = 1;          ///< batches an update
};

/// Adds the options, all of which need `model` to be given.
void add_nmt_graph_options(const Command& command, NmtGraphOptions& options, const Option& model);

/// Declares the graph. Throws Error for sizes that no tensor can have, and for options that make no sense together.
Graph build_nmt_graph(const NmtGraphOptions& options);

}  // namespace weft::tool

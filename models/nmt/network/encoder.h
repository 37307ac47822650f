#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"
#include "models/nmt/config/config.h"
#include "models/nmt/network/dropout.h"
#include "models/nmt/network/parameters.h"

namespace weft::nmt {

/// A batch of source sentences.
struct Source {
  Value ids;      ///< [rows, source_length] (i32), 0 past a sentence's length
  Value lengths;  ///< [rows] (i32)
};
/// Declares the inputs "source" and "source_lengths".
Source declare_source(Graph& graph, std::int64_t rows, std::int64_t source_length);

/// What the last layer of an encoder with self-attention attended to, by the step at which it did: the steps before it,
/// [rows, step], and, read backwards, those after it, [rows, source_length - 1 - step]. Null where there are none.
struct SelfAttention {
  std::vector<Value> before;
  std::vector<Value> after;  ///< empty unless the encoder is bidirectional
};

/// What the decoder reads of the source.
struct Encoded {
  Value values;                  ///< [rows, source_length, value units]: the last layer's outputs
  Value summary;                 ///< [rows, value units]: its last one, in each direction
  std::vector<CellState> state;  ///< the decoder's first one, a layer each
  SelfAttention self_attention;  ///< which it does not read: for pictures
};
/// Runs the encoder over the source, layer by layer; past a row's length the masked variant carries the state over.
Encoded encode(Graph& graph, const Parameters& parameters, const ModelConfig& config, const Source& source,
               const Dropout& dropout = {});

}  // namespace weft::nmt

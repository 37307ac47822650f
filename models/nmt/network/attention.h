#pragma once

#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "models/nmt/config/config.h"
#include "models/nmt/network/encoder.h"
#include "models/nmt/network/parameters.h"

namespace weft::nmt {

/// What each step of the decoder reads of the source. Null: the system has not.
struct SourceMemory {
  Value values;   ///< [rows, source_length, value units]
  Value keys;     ///< [rows, source_length, units]: the values as the query is compared with them; null: made of the
                  ///< values at each step, which in an unrolled decoder are the same nodes, and merge
  Value context;  ///< [rows, value units]: without attention, the same at every step
  Value lengths;  ///< [rows] (i32); null in the tutorial's variant, which attends to padding
};

/// Of the encoder's outputs, without keys.
SourceMemory memory_of(const Encoded& encoded, const ModelConfig& config, Value lengths);
/// The keys of the values; null for a system that has none.
Value keys_of(const SourceMemory& memory, const AttentionWeights& weights, const ModelConfig& config);
/// Its parts, but for the lengths, under the names that they have between graphs: "values", "keys", "context".
std::vector<std::pair<std::string, Value>> named_parts(const SourceMemory& memory);
/// Declares those parts, and "source_lengths", as inputs.
SourceMemory declare_memory_inputs(Graph& graph, const ModelConfig& config, std::int64_t rows,
                                   std::int64_t source_length);

/// What a step of the decoder makes of the source.
struct Look {
  Value context;          ///< [rows, value units]
  Value weights;          ///< [rows, source_length]; null without attention
  Value log_probability;  ///< [rows], hard attention: of the position that was chosen
  Value entropy;          ///< [rows], hard attention: of the distribution that it was chosen from
};

/// How hard attention chooses a position of a row: the one with the highest score, unless it is told otherwise.
struct PositionChoice {
  Value noise;  ///< [rows, source_length]: the one with the highest sum of score and noise, which with Gumbel noise is
                ///< a sample of softmax(score)
  Value expected;  ///< bool [rows]: these rows choose none, and attend to what the others get in the mean
};

/// Attends to the source with the decoder's last state [rows, units] as the query. With values h_t:
///
///   additive   score_t = v . tanh(W1 query + b1 + W2 h_t + b2) + bv    Bahdanau et al., arXiv:1409.0473
///   dot        score_t = query . h_t / sqrt(units)                     Luong et al., arXiv:1508.04025
///   general    score_t = query . (W h_t) / sqrt(units)                 the same
///   location   score_t = W_t . query, W_t a row for each position      the same
///
/// The root (Vaswani et al., arXiv:1706.03762, section 3.2.1) keeps products of long vectors where the softmax has a
/// gradient; without it `general` came to attend to one place, the same for every word, and never left it.
///
/// weights = softmax of the scores, context = their mean of the values. `hard` (Xu et al., arXiv:1502.03044) has the
/// additive scores and attends to one position. `none` (Cho et al., arXiv:1406.1078) has the same context at every step.
Look look_at_source(Value query, const SourceMemory& memory, const AttentionWeights& weights, const ModelConfig& config,
                    const PositionChoice& choice = {});

}  // namespace weft::nmt

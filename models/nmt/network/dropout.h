#pragma once

#include <cstdint>
#include <string_view>

#include "graph/graph.h"
#include "models/layers/dropout.h"
#include "models/nmt/config/config.h"

namespace weft::nmt {

/// Dropout at the places where the model may have it. Without rates, as when it is not trained, each returns what it is
/// given.
class Dropout {
 public:
  Dropout() = default;
  /// Declares the state "dropout/step", which counts the runs so that each has its own draws, unless all rates are 0.
  Dropout(Graph& graph, const DropoutConfig& rates, std::uint64_t seed)
      : rates_(rates), draws_(rates.any() ? layers::Dropout(graph, seed) : layers::Dropout()) {}

  /// The vector of a word of one side, "encoder" or "decoder".
  Value embedding(Value x, std::string_view side, std::int64_t step) const;
  /// What a recurrent layer, not the first one, reads of the one below (Zaremba et al., arXiv:1409.2329).
  Value between_layers(Value x, std::string_view side, std::size_t layer, std::int64_t step) const;
  Value context(Value x, std::int64_t step) const;
  /// The decoder's state, for the logits.
  Value output(Value x, std::int64_t step) const;
  /// A state, for the recurrent product: the same elements at every step (Gal and Ghahramani, arXiv:1512.05287).
  Value recurrent(Value x, std::string_view side) const;

 private:
  DropoutConfig rates_;
  layers::Dropout draws_;
};

}  // namespace weft::nmt

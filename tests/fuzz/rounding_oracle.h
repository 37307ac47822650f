#pragma once

#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft::fuzz {

/// What a computation in float32 or float64 must give, to what its rounding makes of the last places.
struct Expectation {
  Tensor value;               ///< computed in float64
  std::vector<double> slack;  ///< how far each element may be off; infinite where rounding decides (a tie, an overflow)

  /// What is wrong with what was computed; empty when nothing is. NaN and infinities must be in the same places.
  std::string difference(const Tensor& actual) const;
};

struct Expectations {
  std::map<std::string, Expectation> outputs;
  std::map<std::string, Expectation> updates;  ///< by variable
  bool finite = true;                          ///< no value on the way is a NaN or an infinity
  std::size_t decided = 0;                     ///< elements with a finite slack
  std::size_t elements = 0;
};

/// Runs the graph in float64, and again with every operand and result of every op that rounds moved by a few units in
/// the last place of `floats` (f32, f64), to either side at random (Monte Carlo arithmetic; Parker, 1997): how far that
/// moves a result, whatever amplifies it on the way, is a measure of how far a computation in that type may be off. The
/// one type's measure is no multiple of the other's: where a function saturates, noise stops growing. Throws Error when
/// the graph cannot be run on these data.
Expectations expect_in(DType floats, const Graph& graph, const TensorMap& inputs, const TensorMap& variables);

}  // namespace weft::fuzz

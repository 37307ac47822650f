#pragma once

#include <vector>

#include "graph/graph.h"
#include "models/nmt/network/recurrent.h"
#include "ops/ops.h"

namespace weft::nmt {

/// The memory of an LSTM network that reads (Cheng, Dong, Lapata: "Long Short-Term Memory-Networks for Machine
/// Reading", arXiv:1601.06733, eq. 4 to 6): a tape of all states before, h_i and c_i, which the cell attends to in the
/// place of its last state.
///
///   a_i     = v . tanh(W_h h_i + W_x x_t + W_r h~_{t-1} + b)      for all i before t
///   s       = softmax(a)
///   h~_t    = sum_i s_i h_i
///   c~_t    = sum_i s_i c_i
///
/// and the cell then makes h_t, c_t of x_t, h~_t, c~_t. The weights' w1 is W_x above W_r, w2 is W_h.
class Memory {
 public:
  /// `nothing`: a zero state, which is what an empty memory recalls. `within` [rows, time] (bool), which may be null,
  /// says which steps are of the sentence: the others are not attended to. Backwards, steps are kept from the last to
  /// the first.
  Memory(const AdditiveAttentionWeights& weights, const CellState& nothing, Value within, bool backward)
      : weights_(weights), recalled_(nothing), within_(within), backward_(backward) {}

  /// h~_t and c~_t for an input x_t [rows, in].
  CellState recall(Value x);
  /// Adds a step's state to the tape.
  void keep(const CellState& state);
  /// The weights s of the last recall, [rows, steps kept], in the order of the sentence; null while nothing is kept.
  Value recalled_weights() const { return recalled_weights_; }

 private:
  Value kept_within() const;

  const AdditiveAttentionWeights& weights_;
  CellState recalled_;  ///< last
  Value recalled_weights_;
  Value within_;
  bool backward_;
  std::vector<Value> h_;     ///< [rows, units] each, in the order in which they were kept
  std::vector<Value> c_;     ///< likewise
  std::vector<Value> keys_;  ///< W_h h_i + b, likewise
};

}  // namespace weft::nmt

#include "models/nmt/network/self_attention.h"

#include <algorithm>
#include <iterator>

namespace weft::nmt {

void Memory::keep(const CellState& state) {
  // In the order of the sentence, as the mask has them.
  const auto at = [this](std::vector<Value>& tape) { return backward_ ? tape.begin() : tape.end(); };
  h_.insert(at(h_), state.h);
  c_.insert(at(c_), state.c);
  keys_.insert(at(keys_), dense(state.h, weights_.w2, weights_.b2).named("keys"));
}

CellState Memory::recall(Value x) {
  if (h_.empty()) return recalled_;
  const Value parts[] = {x, recalled_.h};
  const Value query = dense(concat(parts, -1), weights_.w1, weights_.b1).named("query");
  const Value scores = additive_scores(query, stack(keys_, 1), weights_.v, weights_.bv);
  // Where nothing of the sentence is kept yet, as before its end when it is read backwards, all scores are equal, and
  // the mean is of zero states.
  const Attention attention = attend_by_scores(scores, stack(h_, 1), kept_within());
  recalled_ = {attention.context, weighted_mean(attention.weights, stack(c_, 1))};
  recalled_weights_ = attention.weights;
  return recalled_;
}

Value Memory::kept_within() const {
  if (!within_) return {};
  const std::int64_t kept = std::ssize(h_);
  const std::int64_t time = within_.shape()[1];
  return backward_ ? slice(within_, 1, time - kept, time) : slice(within_, 1, 0, kept);
}

}  // namespace weft::nmt

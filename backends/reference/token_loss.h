#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "backends/runtime/kernel.h"
#include "graph/base/error.h"

// What masked_cross_entropy and its gradient share.

namespace weft::reference {

/// The loss of a node: its extents and attributes.
struct TokenLoss {
  std::int64_t tokens;
  std::int64_t vocabulary;
  std::int64_t batch;
  bool mean_over_tokens;
  double smoothing;

  explicit TokenLoss(const KernelSpec& spec)
      : tokens(spec.operands[1].shape.volume()),
        vocabulary(spec.operands[0].shape[-1]),
        batch(spec.operands[1].shape[spec.node.attributes.get<std::int64_t>("batch_axis")]),
        mean_over_tokens(spec.node.attributes.get<std::string>("normalisation") == "token_mean"),
        smoothing(spec.node.attributes.get<double>("label_smoothing")) {}

  /// One over the number that the sum over all tokens is divided by; 0 when there is no real token. Throws Error for a
  /// target outside of the vocabulary.
  double weight(const std::int32_t* targets) const {
    std::int64_t real = 0;
    for (std::int64_t i = 0; i < tokens; ++i) {
      require(targets[i] >= 0 && targets[i] < vocabulary,
              "target {} at index {} is outside of the vocabulary of {} ids", targets[i], i, vocabulary);
      if (targets[i] != 0) ++real;
    }
    if (real == 0) return 0.0;
    return 1.0 / static_cast<double>(mean_over_tokens ? real : batch);
  }

  /// The parts of a row's softmax: p[i] = e^(logits[i] - max) / sum. No exponential overflows.
  template <typename T>
  struct Softmax {
    T max;
    T sum;
  };
  template <typename T>
  Softmax<T> softmax(const T* logits) const {
    const T max = *std::max_element(logits, logits + vocabulary);
    T sum = T(0);
    for (std::int64_t i = 0; i < vocabulary; ++i) sum += std::exp(logits[i] - max);
    return {max, sum};
  }
};

}  // namespace weft::reference

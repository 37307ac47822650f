#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "backends/runtime/kernel.h"
#include "ops/loss/ctc.h"

// What ctc_loss and its gradient share.

namespace weft::reference {

/// ln(e^a + e^b).
template <typename T>
T log_add(T a, T b) {
  const T max = a > b || std::isnan(a) ? a : b;
  if (std::isinf(max) && max < 0) return max;
  return max + std::log(std::exp(a - max) + std::exp(b - max));
}

/// One row of the batch, as Graves et al. have it: a state for each label, and one for a blank before, between and
/// behind them. Logarithms throughout.
template <typename T>
struct CtcRow {
  static constexpr T none = -std::numeric_limits<T>::infinity();

  CtcRow(const CtcForm& form, const KernelBuffers& buffers, std::int64_t row)
      : log_probabilities(buffers.operand<T>(0) + row * form.time * form.classes),
        labels(buffers.operand<std::int32_t>(1) + row * form.labels),
        steps(buffers.operand<std::int32_t>(2)[row]),
        states(2 * std::int64_t{buffers.operand<std::int32_t>(3)[row]} + 1),
        classes(form.classes),
        blank(form.blank) {}

  std::int64_t class_of(std::int64_t state) const { return state % 2 == 0 ? blank : labels[state / 2]; }
  /// Whether a path may go from state - 2 to the state: between different labels.
  bool skips(std::int64_t state) const {
    return state % 2 == 1 && state >= 3 && labels[state / 2] != labels[state / 2 - 1];
  }
  T emitted(std::int64_t step, std::int64_t state) const { return log_probabilities[step * classes + class_of(state)]; }

  /// A sum over paths, with what the state emits; where there is none, nothing is emitted, not even a NaN.
  T with_emitted(T sum, std::int64_t step, std::int64_t state) const {
    return sum == none ? none : sum + emitted(step, state);
  }

  /// alpha [steps, states]: of all ways to have emitted the steps up to t and to be in state s at t. Returns ln of the
  /// probability of the labels.
  T forward(T* alpha) const {
    if (steps == 0) return states == 1 ? T(0) : none;
    for (std::int64_t t = 0; t < steps; ++t)
      for (std::int64_t s = 0; s < states; ++s) {
        const T* before = alpha + (t - 1) * states;
        T sum = t == 0 ? (s < 2 ? T(0) : none) : before[s];
        if (t > 0 && s > 0) sum = log_add(sum, before[s - 1]);
        if (t > 0 && skips(s)) sum = log_add(sum, before[s - 2]);
        alpha[t * states + s] = with_emitted(sum, t, s);
      }
    const T* last = alpha + (steps - 1) * states;
    return states > 1 ? log_add(last[states - 1], last[states - 2]) : last[0];
  }

  /// beta [steps, states]: of all ways to emit the steps behind t from state s at t.
  void backward(T* beta) const {
    for (std::int64_t t = steps - 1; t >= 0; --t)
      for (std::int64_t s = states - 1; s >= 0; --s) {
        const auto from = [&](std::int64_t next) { return with_emitted(beta[(t + 1) * states + next], t + 1, next); };
        T sum = s >= states - 2 ? T(0) : none;
        if (t < steps - 1) {
          sum = from(s);
          if (s + 1 < states) sum = log_add(sum, from(s + 1));
          if (s + 2 < states && skips(s + 2)) sum = log_add(sum, from(s + 2));
        }
        beta[t * states + s] = sum;
      }
  }

  const T* log_probabilities;
  const std::int32_t* labels;
  std::int64_t steps;
  std::int64_t states;
  std::int64_t classes;
  std::int64_t blank;
};

}  // namespace weft::reference

#pragma once

#include <algorithm>
#include <cstdint>

#include "backends/runtime/vectorised.h"

// How the loops of this folder get vectorised on any x86-64 processor.
//
// A function marked WEFT_VECTORISED is compiled for AVX-512, for AVX2 and for the baseline; the program picks one when
// it starts. What such a function calls must be WEFT_INLINE, or it would be compiled for the baseline only. An OpenMP
// region inside would be too: split the work among threads outside (backends/onednn/parallel.h).
//
// All three give the same bits: an elementwise loop does the same IEEE operations whatever its width, contraction is
// off, and sums run in `lanes` interleaved partial sums whatever the registers' width.

#define WEFT_INLINE __attribute__((always_inline)) inline
/// The same for a lambda, between its parameters and its body.
#define WEFT_INLINE_LAMBDA __attribute__((always_inline))

namespace weft::onednn {

/// Partial results that a reduction along a row keeps: enough independent chains to hide the latency of an addition.
inline constexpr std::int64_t lanes = 32;

/// Combines the partial results of a reduction in a tree.
template <typename T, typename Combine>
WEFT_INLINE T combine_lanes(T* partial, Combine combine) {
  for (std::int64_t width = lanes / 2; width > 0; width /= 2) {
#pragma omp simd
    for (std::int64_t lane = 0; lane < width; ++lane) partial[lane] = combine(partial[lane], partial[lane + width]);
  }
  return partial[0];
}

/// Folds the indices 0 .. count - 1, index i into partial result i % lanes: partial = step(partial, i). Then combines
/// the partial results. The bits depend on the steps and their places alone; appended steps that change nothing leave
/// them as they are.
template <typename T, typename Step, typename Combine>
WEFT_INLINE T fold_lanes(std::int64_t count, T neutral, Step step, Combine combine) {
  T partial[lanes];
  for (std::int64_t lane = 0; lane < lanes; ++lane) partial[lane] = neutral;
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
#pragma omp simd
    for (std::int64_t lane = 0; lane < lanes; ++lane) partial[lane] = step(partial[lane], i + lane);
  }
  const std::int64_t rest = count - i;
#pragma omp simd
  for (std::int64_t lane = 0; lane < rest; ++lane) partial[lane] = step(partial[lane], i + lane);
  return combine_lanes(partial, combine);
}

/// The same for a reduction of the terms term(0) .. term(count - 1).
template <typename T, typename Combine, typename Term>
WEFT_INLINE T reduce_lanes(std::int64_t count, T neutral, Combine combine, Term term) {
  return fold_lanes(
      count, neutral,
      [combine, term](T partial, std::int64_t i) WEFT_INLINE_LAMBDA { return combine(partial, term(i)); }, combine);
}

struct Sum {
  template <typename T>
  WEFT_INLINE T operator()(T a, T b) const {
    return a + b;
  }
};

}  // namespace weft::onednn

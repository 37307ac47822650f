#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/nmt/metrics/bleu.h"

namespace weft::nmt {

/// Where a figure lies with a probability of 95 %.
struct Interval {
  double low = 0;
  double high = 0;
};

/// The interval of a corpus's BLEU by bootstrap resampling (Koehn, "Statistical Significance Tests for Machine
/// Translation Evaluation", EMNLP 2004): `samples` test sets are drawn from the sentences, each as large, with
/// replacement; the interval leaves out 2.5 % of their scores at either end. Equal seeds give equal intervals.
///
/// Throws Error if there are no sentences or no samples.
Interval bootstrap_bleu(std::span<const BleuCounts> sentences, std::size_t samples, std::uint64_t seed);

}  // namespace weft::nmt

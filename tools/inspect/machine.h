#pragma once

#include <cstdint>

#include "tools/inspect/timing.h"

namespace weft::inspect {

/// The machine's rate of arithmetic: a product of two matrices of 2048 x 2048 with packed weights, as oneDNN runs it at
/// its best.
struct PeakMeasurement {
  Timing timing;
  double gflop = 0;

  double gflop_per_second() const { return 1000 * gflop / timing.median(); }
};
PeakMeasurement measure_peak(std::int64_t rounds);

/// The machine's rate of memory: a = b + c over arrays that no cache holds, on all threads, counted as three arrays
/// (the triad of McCalpin's STREAM).
struct BandwidthMeasurement {
  Timing timing;
  double gigabytes = 0;

  double gigabytes_per_second() const { return 1000 * gigabytes / timing.median(); }
};
BandwidthMeasurement measure_bandwidth(std::int64_t rounds);

/// What a kernel can have at most: its roofline.
struct Roofline {
  double gflop_per_second = 0;
  double gigabytes_per_second = 0;

  /// The least seconds that so much work and traffic take.
  double least_seconds(double flops, double bytes) const;
};
/// Takes about half a second.
Roofline measure_roofline();

/// The most memory that the process has had so far.
std::uint64_t peak_resident_bytes();

}  // namespace weft::inspect

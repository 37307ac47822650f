#include "tools/inspect/machine.h"

#include <sys/resource.h>

#include <algorithm>

#include "backends/onednn/parallel.h"
#include "backends/onednn/products/primitive.h"

namespace weft::inspect {

PeakMeasurement measure_peak(std::int64_t rounds) {
  constexpr std::int64_t extent = 2048;
  constexpr std::size_t elements = static_cast<std::size_t>(extent * extent);
  const onednn::ProductPrimitive product({.m = extent, .k = extent, .n = extent}, onednn::RightOperand::packed);
  const std::vector<float> a(elements, 0.5F);
  const std::vector<float> b(elements, 0.25F);
  std::vector<float> c(elements);
  std::vector<std::byte> scratch(product.scratch_bytes() + 1);
  const std::uint64_t version = 1;
  const PackedOperand packed{product.packing(1).make(), &version, b.data()};
  const auto& right = packed.as<onednn::PackedMatrix>();
  const Timing timing = time_rounds(rounds, [&] { product.run(a.data(), right, nullptr, c.data(), scratch.data()); });
  return {timing, 2e-9 * static_cast<double>(extent * extent * extent)};
}

BandwidthMeasurement measure_bandwidth(std::int64_t rounds) {
  constexpr std::int64_t elements = std::int64_t{1} << 24;  // 64 MiB each
  std::vector<float> a(elements);
  const std::vector<float> b(elements, 0.5F);
  const Timing timing = time_rounds(rounds, [&] {
    onednn::parallel_elements(elements, [&](onednn::Range range) {
      for (std::int64_t i = range.first; i < range.last; ++i) {
        const auto at = static_cast<std::size_t>(i);
        a[at] += 3.0F * b[at];
      }
    });
  });
  return {timing, 3e-9 * static_cast<double>(elements * std::int64_t{sizeof(float)})};
}

double Roofline::least_seconds(double flops, double bytes) const {
  return std::max(1e-9 * flops / gflop_per_second, 1e-9 * bytes / gigabytes_per_second);
}

Roofline measure_roofline() {
  return {measure_peak(5).gflop_per_second(), measure_bandwidth(5).gigabytes_per_second()};
}

std::uint64_t peak_resident_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

}  // namespace weft::inspect

#include <sys/resource.h>

#include "backends/onednn/primitive.h"
#include "tools/weft-nmt/bench_measures.h"

namespace weft::nmt {

PeakMeasurement measure_peak(std::int64_t rounds) {
  constexpr std::int64_t extent = 2048;
  constexpr std::size_t elements = static_cast<std::size_t>(extent * extent);
  const onednn::ProductPrimitive product({.m = extent, .k = extent, .n = extent}, onednn::RightOperand::packed);
  const std::vector<float> a(elements, 0.5F);
  const std::vector<float> b(elements, 0.25F);
  std::vector<float> c(elements);
  std::vector<std::byte> scratch(product.scratch_bytes() + 1);
  const std::uint64_t version = 1;
  onednn::PackedMatrix packed({&version}, product.layout());
  packed.refresh(b.data());
  const Timing timing = time_rounds(rounds, [&] { product.run(a.data(), packed, nullptr, c.data(), scratch.data()); });
  return {timing, 2e-9 * static_cast<double>(extent * extent * extent)};
}

std::uint64_t peak_resident_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

}  // namespace weft::nmt

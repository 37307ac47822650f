#include "backends/runtime/profile.h"

#include <fmt/format.h>

#include <algorithm>

namespace weft {

void ProfiledCall::record() {
  const Clock::time_point end = Clock::now();
  profile_->last_start = std::chrono::duration<double>(start_ - run_start_).count();
  profile_->last_seconds = std::chrono::duration<double>(end - start_).count();
  profile_->seconds += profile_->last_seconds;
  ++profile_->calls;
}

void ProfileByKind::add(std::span<const KernelProfile> kernels) {
  for (const KernelProfile& kernel : kernels) {
    const std::string name = fmt::format("{} ({})", kernel.op, kernel.kind);
    KindProfile& kind = kinds_[name];
    const auto calls = static_cast<double>(kernel.calls);
    kind.kind = name;
    kind.calls += kernel.calls;
    kind.seconds += kernel.seconds;
    kind.flops += calls * kernel.flops;
    kind.bytes += calls * kernel.bytes;
  }
}

std::vector<KindProfile> ProfileByKind::sorted() const {
  std::vector<KindProfile> sorted;
  for (const auto& [name, kind] : kinds_)
    if (kind.calls > 0) sorted.push_back(kind);
  std::ranges::stable_sort(sorted, std::greater<>{}, &KindProfile::seconds);
  return sorted;
}

}  // namespace weft

#include "models/training/throughput.h"

namespace weft {

double Throughput::take() {
  const Clock::time_point now = Clock::now();
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const double rate = elapsed > 0 ? static_cast<double>(tokens_) / elapsed : 0;
  tokens_ = 0;
  start_ = now;
  return rate;
}

}  // namespace weft

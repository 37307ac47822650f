#include "models/training/log_lines.h"

#include <fmt/format.h>

namespace weft {

std::string batch_line(std::int64_t epoch, std::int64_t batch, double loss) {
  return fmt::format("Epoch {} Batch {} Loss {:.4f}", epoch, batch, loss);
}

std::string epoch_line(std::int64_t epoch, double loss) { return fmt::format("Epoch {} Loss {:.4f}", epoch, loss); }

std::string epoch_time_line(double seconds) { return fmt::format("Time taken for 1 epoch {:.1f} sec", seconds); }

}  // namespace weft

#pragma once

#include <cstdint>
#include <string>

namespace weft {

/// The log line of a batch: `Epoch 1 Batch 100 Loss 2.2334`.
std::string batch_line(std::int64_t epoch, std::int64_t batch, double loss);

/// The log line of an epoch: `Epoch 1 Loss 1.2345`.
std::string epoch_line(std::int64_t epoch, double loss);

/// The log line after it: `Time taken for 1 epoch 114.2 sec`.
std::string epoch_time_line(double seconds);

}  // namespace weft

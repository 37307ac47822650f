#pragma once

#include <cstdint>
#include <string>

namespace weft::nmt {

/// A time span for people: `0.37 s`, `42 s`, `2 min 03 s`, `1 h 02 min`, `3 d 04 h`; `?` for one that is unknown
/// (negative or not finite).
std::string format_duration(double seconds);

/// A count with three digits or so: `999`, `12.3 k`, `23.4 M`, `1.1 G`; `?` for one that is unknown (negative or not
/// finite).
std::string format_count(double count);

/// A size in binary units: `512 B`, `1.5 KiB`, `23.4 MiB`.
std::string format_bytes(std::uint64_t bytes);

/// The log line of a batch: `Epoch 1 Batch 100 Loss 2.2334`.
std::string format_batch(std::int64_t epoch, std::int64_t batch, double loss);

/// The log line of an epoch: `Epoch 1 Loss 1.2345`.
std::string format_epoch(std::int64_t epoch, double loss);

/// The log line after it: `Time taken for 1 epoch 114.2 sec`.
std::string format_epoch_time(double seconds);

}  // namespace weft::nmt

#pragma once

#include <concepts>
#include <string>

namespace weft {

// Quantities for people.

/// A time span: `0.37 s`, `42 s`, `2 min 03 s`, `1 h 02 min`, `3 d 04 h`; `?` for one that is unknown (negative or not
/// finite).
std::string duration_text(double seconds);

/// A count with three digits or so: `999`, `12.3 k`, `23.4 M`, `1.1 G`; `?` for one that is unknown.
std::string count_text(double count);

/// A size in binary units: `512 B`, `1.5 KiB`, `23.4 MiB`; `?` for one that is unknown.
std::string bytes_text(double bytes);
template <std::integral Bytes>
std::string bytes_text(Bytes bytes) {
  return bytes_text(static_cast<double>(bytes));
}

}  // namespace weft
